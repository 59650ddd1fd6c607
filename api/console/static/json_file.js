// Files of JSON: a document with a list of reviews, or an object in each line.

import { placeOf } from "./file_names.js";

/** Members that hold the reviews: `kritiq_client.bulk.usual_names.CONTAINERS`. */
const CONTAINERS =
  "reviews features data items results records result response payload entries rows bewertungen rezensionen".split(" ");

/** Numbers as they are written: ids may have more digits than a number here keeps. */
const asWritten = (_, value, context) => (typeof value === "number" ? (context?.source ?? value) : value);

/** {header, rows, odd} of a text in JSON; null where it is none. */
export function jsonTable(text) {
  const begins = text.trimStart()[0];
  if (begins !== "[" && begins !== "{") return null;
  const entries = listed(text) ?? (begins === "{" ? eachLine(text) : null);
  return entries && tabled(entries);
}

/** The entries of a document, each with its number; null when the text is none. */
function listed(text) {
  try {
    return reviewsIn(JSON.parse(text, asWritten)).map((value, index) => ({ line: index + 1, value }));
  } catch {
    return null;
  }
}

/** The reviews of a list, or of an object that has a list of them instead of a text: with the restaurant that it says. */
function reviewsIn(value, around = {}) {
  if (Array.isArray(value)) return value.flatMap((each) => (isObject(each) ? reviewsIn(each, around) : [each]));
  if (!isObject(value)) return [value];
  const [list, restaurant] = listIn(value, around);
  if (list) return reviewsIn(list, restaurant);
  return placeOf("restaurant", Object.keys(value)) < 0 ? [{ ...value, ...around }] : [value];
}

/** The list of reviews of an object, also of one inside of it, and what is said around it; nothing where there is none: an answer may have a text, too. */
function listIn(value, around) {
  if (placeOf("text", Object.keys(value)) >= 0) return [];
  const names = Object.keys(value).filter((name) => typeof value[name] === "string");
  const restaurant = names[placeOf("restaurant", names)];
  const within = restaurant ? { restaurant: value[restaurant] } : around;
  const isReview = (each) => isObject(each) && (placeOf("text", Object.keys(each)) >= 0 || each.type === "Feature");
  const lists = CONTAINERS.filter((name) => Array.isArray(value[name]) && value[name].some(isReview));
  if (lists.length) return [value[lists[0]], within];
  return CONTAINERS.filter((name) => isObject(value[name])).map((name) => listIn(value[name], within)).find(([list]) => list) ?? [];
}

/** What stands in each line of JSON Lines; nothing where that is no JSON. */
function eachLine(text) {
  const lines = text.split("\n").map((written, index) => ({ line: index + 1, written: written.replace(/^[\ufeff\x1e]/, "") }));
  return lines.filter(({ written }) => written.trim()).flatMap(({ line, written }) => {
    try {
      const values = pieces(written).map((piece) => JSON.parse(piece, asWritten));
      // A list is no review, and one that is left out is told.
      return values.flatMap((value) => (Array.isArray(value) ? [value] : reviewsIn(value))).map((value) => ({ line, value }));
    } catch {
      return [{ line }];
    }
  });
}

/** The objects of a line, which may stand one behind the other, or have a comma behind them as in a list. */
function pieces(line) {
  const found = [];
  let [begin, depth, quoted] = [0, 0, false];
  for (let place = 0; place < line.length; place += 1) {
    const letter = line[place];
    if (quoted) {
      if (letter === "\\") place += 1;
      else quoted = letter !== '"';
    } else if (letter === '"') quoted = true;
    else if (letter === "{" || letter === "[") depth += 1;
    else if ((letter === "}" || letter === "]") && (depth -= 1) === 0) {
      found.push(line.slice(begin, place + 1).replace(/^[\s,\ufeff]+/, ""));
      begin = place + 1;
    }
  }
  const rest = line.slice(begin).replace(/^[\s,]+/, "");
  return rest || !found.length ? [...found, rest] : found;
}

/** Objects as a table of their members; what is no object is odd. */
function tabled(entries) {
  const objects = entries.filter(({ value }) => isObject(value)).map(({ value }) => flat(value));
  const header = [...new Set(objects.flatMap(Object.keys))];
  return { header, rows: objects.map((each) => header.map((name) => each[name] ?? "")), odd: entries.filter(({ value }) => !isObject(value)).map(({ line }) => line) };
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** An object's members as texts: those of objects inside of it under `outer.inner`, and the text of one that has one under its name. */
function flat(object, before = "") {
  const found = {};
  const whole = object.type === "Feature" && isObject(object.properties) ? { ...object, ...object.properties } : object;
  let spoken = "";
  for (const [name, value] of Object.entries(whole)) {
    const text = isObject(value) ? textOf(value) : null;
    if (text) {
      found[before + name] = text.written;
      // Where there is an original, its language is that of the review.
      if (text.language && text.written && (!spoken || name === "originalText")) spoken = text.language;
    } else if (isObject(value)) Object.assign(found, flat(value, `${before}${name}.`));
    else found[before + name] = value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  }
  if (before === "") {
    if (found.originalText?.trim()) found.text = found.originalText;
    delete found.originalText;
    if (spoken) found.language ??= spoken;
  }
  return found;
}

/** `kritiq_client.bulk.text_objects`: a text that is an object, with its language beside it. */
function textOf(value) {
  const written = ["original", "text", "@value", "#text", "value", "$date"].map((name) => value[name]).find((each) => typeof each === "string");
  const language = ["languageCode", "language", "lang", "@language"].map((name) => value[name]).find((each) => typeof each === "string");
  return written === undefined ? null : { written, language };
}

// Files of JSON: a document with a list of reviews, or an object in each line.

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
    const document = JSON.parse(text, asWritten);
    return (listIn(document) ?? [document]).map((value, index) => ({ line: index + 1, value }));
  } catch {
    return null;
  }
}

function listIn(value) {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return null;
  return CONTAINERS.map((name) => listIn(value[name])).find(Boolean) ?? null;
}

/** What stands in each line of JSON Lines; nothing where that is no JSON. */
function eachLine(text) {
  const lines = text.split("\n").map((written, index) => ({ line: index + 1, written: written.replace(/^[\ufeff\x1e]/, "") }));
  return lines.filter(({ written }) => written.trim()).map(({ line, written }) => {
    try {
      return { line, value: JSON.parse(written, asWritten) };
    } catch {
      return { line };
    }
  });
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
  const written = ["original", "text", "@value", "#text", "value"].map((name) => value[name]).find((each) => typeof each === "string");
  const language = ["languageCode", "language", "lang", "@language"].map((name) => value[name]).find((each) => typeof each === "string");
  return written === undefined ? null : { written, language };
}

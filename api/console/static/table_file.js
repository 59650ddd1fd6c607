// Files of reviews as tables: CSV in the dialects that spreadsheets write, JSON, a list or a line each, and plain text. Nothing is cut
// or merged: rows that do not fit their header are left out, and their lines are shown.

import { decoded } from "./file_text.js";
import { isNameOf, MEMBERS, placeOf } from "./file_names.js";
import { momentOf } from "./file_time.js";
import { jsonTable } from "./json_file.js";
import { areLines, lineTable } from "./line_file.js";

/** Lines that may stand above the heading, as a title. */
const MOST_ABOVE = 10;

/** Which column is which member, by its heading: {member: index as text, or ""}. */
export function guessed(header) {
  return Object.fromEntries(
    MEMBERS.map((member) => {
      const index = placeOf(member, header);
      return [member, index >= 0 ? String(index) : ""];
    }),
  );
}

/** The reviews as `POST /v1/batches` takes them; empty members are left out. */
export function mapped({ rows }, columns) {
  const wanted = Object.entries(columns).filter(([, index]) => index !== "");
  return rows.map((row) => {
    const line = { text: "" };
    for (const [member, index] of wanted) {
      const value = row[Number(index)] ?? "";
      if (value !== "") line[member] = READ[member]?.(value) ?? value;
    }
    return line;
  });
}

/** What is written otherwise than the API takes it. What is none stays as it is, and the API says so with the line. */
const READ = {
  reviewed_at: momentOf,
  // `de-AT`, `pt_BR`
  language: (value) => value.split(/[-_]/)[0].toLowerCase(),
};

/**
 * {encoding, separator, header, rows, odd}: rows as lists of texts, one for each name of the header; `odd` the numbers of
 * the lines that fit no row and are left out; `above` what stands above the header; `plain` where each line is a review, as with `asLines` it
 * is whatever the file is called. Raises Error with the name of a text, "file_empty" or "file_quote", and with the `line`.
 */
export function parsed(bytes, fileName = "", asLines = false) {
  const { text, encoding, broken } = decoded(bytes);
  if (!text.trim()) throw new Error("file_empty");
  if (asLines || areLines(text, fileName, isTable(text))) return { encoding, separator: "", above: "", plain: true, ...lineTable(text, broken) };
  const table = jsonTable(text);
  if (table) return { encoding, separator: "JSON", above: "", ...table };
  const above = titled(text);
  const named = /^"?sep=(.)"?[\r\n]+/i.exec(text.slice(above));
  const begin = above + (named ? named[0].length : 0);
  const separator = named ? named[1] : likely(text.slice(begin));
  const [first, ...rest] = records(text, begin, separator);
  if (!first) throw new Error("file_empty");
  // Behind the last name is no column: what stands there was cut off from a text.
  const width = first.fields.findLastIndex((name) => name.trim()) + 1 || first.fields.length;
  const header = first.fields.slice(0, width);
  // Empty fields behind the last column are how some programs write.
  const isText = ({ fields }) => !broken || fields.every((field) => !field.includes("\ufffd"));
  const fits = (row) => row.fields.length >= width && !row.fields.slice(width).some(Boolean) && isText(row);
  return {
    encoding, separator, header, above: text.slice(0, above).trim(),
    rows: rest.filter(fits).map(({ fields }) => fields.slice(0, width)),
    odd: rest.filter((row) => !fits(row)).map(({ line }) => line),
  };
}

/**
 * Where the heading begins below a title of a few lines, which some programs write. As `kritiq batch` does, it takes nothing for a title that
 * could be a review, as in a table that somebody sorted: then there is no heading with a text.
 */
function titled(text) {
  let place = 0;
  const above = [];
  for (const line of text.split("\n", MOST_ABOVE + 1)) {
    const separator = likely(line);
    const names = cells(line, separator);
    // A name by itself is a heading in the first line only: elsewhere it may be a review.
    const first = !above.some((each) => each.trim());
    if ((separator || first) && names.some((name) => isNameOf("text", name))) return first || areTitles(above, names, separator) ? place : 0;
    if (!first && /^"?sep=(.)"?\r?$/i.test(line)) return above.every((each) => !each.includes(line.replace(/^"?sep=/i, "")[0])) ? place : 0;
    above.push(line);
    place += line.length + 1;
  }
  return 0;
}

/** Whether a text has a heading with a text, below a title perhaps, or names its separator. */
function isTable(text) {
  const first = text.split(/\r\n|\r|\n/).find((line) => line.trim());
  const names = ["", ";", "\t", "|", ","].flatMap((separator) => cells(first, separator));
  return /^"?sep=./i.test(first) || names.some((name) => isNameOf("text", name)) || titled(text) > 0;
}

const cells = (line, separator) => line.split(separator || "\n").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1").trim());

/** `kritiq_client.bulk.titles.are_titles`, which says why. */
function areTitles(above, names, separator) {
  const text = names.findIndex((name) => isNameOf("text", name));
  const known = MEMBERS.some((member) => member !== "text" && names.some((name) => isNameOf(member, name)));
  const isName = (cell) => /\p{L}/u.test(cell) && (cell.includes(" ") || !/\p{Nd}/u.test(cell));
  const isSentence = (cell) => /^[\p{L}\p{N}]+[^\p{L}\p{N}]+[\p{L}\p{N}]+[^\p{L}\p{N}].*\p{L}[.!?…]+[^\p{L}\p{N}]*$/su.test(cell);
  let [apart, doubtful] = [false, false];
  const several = [];
  for (const row of above.map((line) => cells(line, separator)).reverse()) {
    const filled = row.filter(Boolean);
    apart ||= !filled.length;
    if (filled.length < 2) continue;
    several.push(filled.length);
    const wide = row.length >= names.length;
    doubtful ||= wide || filled.length > 2;
    if ((!apart && wide && row[text]) || !isName(filled[0]) || filled.some(isSentence)) return false;
  }
  return (known || !doubtful) && (several.length === 1 || several.every((count) => count <= 2));
}

/** The separator that the heading has most of, outside quotes; "" when it has none: then there is one column, and commas are commas. */
function likely(text) {
  const [heading] = text.trimStart().slice(0, 4096).replace(/"[^"]*"/g, "").split(/[\r\n]/, 1);
  const counts = [";", "\t", "|", ","].map((each) => [heading.split(each).length, each]);
  const [most, separator] = counts.reduce((best, each) => (each[0] > best[0] ? each : best));
  return most > 1 ? separator : "";
}

/** RFC 4180 with any separator and any line end: [{line, fields}], from `begin` on; empty lines are none. */
function records(text, begin, separator) {
  const rows = [];
  let [line, row] = [1, { fields: [] }];
  let [field, quoted] = ["", null];
  const ended = () => {
    row.fields.push(field);
    if (row.fields.length > 1 || field !== "" || quoted) rows.push(row);
    row = { fields: [] };
    [field, quoted] = ["", null];
  };
  for (let place = 0; place < text.length; place += 1) {
    const letter = text[place];
    const pair = letter === "\r" && text[place + 1] === "\n";
    const lineEnd = letter === "\n" || (letter === "\r" && !pair);
    if (place >= begin) {
      row.line ??= line;
      if (quoted?.open) {
        if (letter !== '"') field += letter;
        else if (text[place + 1] === '"') (field += '"'), (place += 1);
        else quoted.open = false;
      } else if (letter === separator) row.fields.push(field), ([field, quoted] = ["", null]);
      else if (lineEnd) ended();
      else if (letter === '"' && field === "" && !quoted) quoted = { open: true, line };
      // What goes on behind its closing quote was closed by the quote of another field, maybe of another row.
      else if (quoted && !pair) throw at("file_quote", quoted.line);
      else if (!pair) field += letter;
    }
    if (lineEnd) line += 1;
  }
  if (quoted?.open) throw at("file_quote", quoted.line);
  if (field !== "" || row.fields.length || quoted) ended();
  return rows;
}

const at = (name, line) => Object.assign(new Error(name), { line });

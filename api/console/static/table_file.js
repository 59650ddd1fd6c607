// Files of reviews as tables: CSV in the dialects that spreadsheets write, and JSON Lines. Nothing is cut silently: rows
// that do not fit their header are counted and shown.

/** What a review may say; `text` must be there. */
export const MEMBERS = ["text", "custom_id", "restaurant", "reviewed_at", "language"];

const NAMES = {
  text: /^(text|review|review_?text|comment|kommentar|bewertung|bewertungstext|rezension|inhalt|body|content)$/i,
  custom_id: /^(custom_?id|id|review_?id|nr|nummer)$/i,
  restaurant: /^(restaurant|restaurant_?id|business|business_?id|betrieb|filiale|location|place_?id)$/i,
  reviewed_at: /^(reviewed_?at|date|datum|created_?at|time|zeit|published)$/i,
  language: /^(language|lang|sprache)$/i,
};

/** Which column is which member, by its heading: {member: index as text, or ""}. */
export function guessed(header) {
  return Object.fromEntries(
    MEMBERS.map((member) => {
      const index = header.findIndex((name) => NAMES[member].test(name.trim()));
      return [member, index >= 0 ? String(index) : member === "text" && header.length === 1 ? "0" : ""];
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
      if (value !== "") line[member] = member === "reviewed_at" ? time(value) : value;
    }
    return line;
  });
}

/** A day or time as the API reads it; what is none stays as it is, and the API says so with the line. */
function time(value) {
  const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(\d{1,2}):(\d{2}))?$/.exec(value.trim());
  if (german) {
    const [, day, month, year, hour = "00", minute = "00"] = german;
    return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}T${hour.padStart(2, "0")}:${minute}:00Z`;
  }
  return /^\d{4}-\d{2}-\d{2}$/.test(value.trim()) ? `${value.trim()}T00:00:00Z` : value;
}

/**
 * {encoding, separator, header, rows, odd}: rows as lists of texts, `odd` the numbers of those with more or fewer fields
 * than the header. Raises Error with the name of a text: "file_empty", "file_quote".
 */
export function parsed(bytes) {
  const { text, encoding } = decoded(bytes);
  if (!text.trim()) throw new Error("file_empty");
  if (text.trimStart().startsWith("{")) return { encoding, separator: "JSON", ...objects(text) };
  const said = /^sep=(.)\r?\n/i.exec(text);
  const body = said ? text.slice(said[0].length) : text;
  const separator = said ? said[1] : likely(body);
  const [header, ...rest] = records(body, separator);
  const odd = [];
  const rows = rest.filter((row, index) => {
    if (row.length === 1 && row[0] === "") return false;
    if (row.length !== header.length) odd.push(index + 2);
    return true;
  });
  return { encoding, separator, header, rows, odd };
}

function decoded(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder("utf-16le").decode(bytes), encoding: "UTF-16" };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: new TextDecoder("utf-16be").decode(bytes), encoding: "UTF-16" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "UTF-8" };
  } catch {
    // What German spreadsheets write that is no UTF-8.
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "Windows-1252" };
  }
}

/** The separator that the heading has most of, outside quotes. */
function likely(text) {
  const heading = text.slice(0, 4096).replace(/"[^"]*"/g, "").split(/\r?\n/, 1)[0];
  const counts = [";", "\t", "|", ","].map((each) => [heading.split(each).length, each]);
  const [most, separator] = counts.reduce((best, each) => (each[0] > best[0] ? each : best));
  return most > 1 ? separator : ",";
}

/** RFC 4180 with any separator and any line end. */
function records(text, separator) {
  const rows = [];
  let row = [];
  let field = "";
  let quoted = false;
  for (let place = 0; place < text.length; place += 1) {
    const letter = text[place];
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (text[place + 1] === '"') (field += '"'), (place += 1);
      else quoted = false;
    } else if (letter === '"' && field === "") quoted = true;
    else if (letter === separator) row.push(field), (field = "");
    else if (letter === "\n" || letter === "\r") {
      if (letter === "\r" && text[place + 1] === "\n") place += 1;
      rows.push([...row, field]);
      row = [];
      field = "";
    } else field += letter;
  }
  if (quoted) throw new Error("file_quote");
  if (field !== "" || row.length) rows.push([...row, field]);
  return rows;
}

/** Objects a line each, as a table of their members. */
function objects(text) {
  const found = [];
  const odd = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    try {
      found.push(JSON.parse(line));
    } catch {
      odd.push(index + 1);
    }
  }
  const header = [...new Set(found.flatMap((each) => Object.keys(each ?? {})))];
  return { header, odd, rows: found.map((each) => header.map((name) => (each?.[name] === undefined || each[name] === null ? "" : String(each[name])))) };
}

// Plain text, each line a review: `kritiq_client.bulk.text_lines`, which says why.

/** Lines that are looked at. */
const HEAD = 11;
/** Endings of what is a table or JSON, whatever it begins with, behind which a file may be packed. */
const OTHERS = /\.(csv|tsv|tab|xls|xlsm|xlsx|json|jsonl|ndjson|parquet)(\.(gz|gzip|bz2|xz|zip))?$/i;
const trimmed = (line) => line.replace(/^[\0\x1a\ufeff]+|[\0\x1a\ufeff]+$/g, "").trim();

/** Whether a text is one review a line; `isTable` says it of its first lines. */
export function areLines(text, name, isTable) {
  if (OTHERS.test(name)) return false;
  const lines = linesOf(text);
  const first = lines.findIndex((line) => line.trim());
  const head = lines.slice(first, first + HEAD);
  const isJson = /^\[(?!\s*[\p{L}\p{N}_])/u.test(trimmed(head[0])) || head.some((line) => trimmed(line).startsWith("{"));
  return !isJson && !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(trimmed(head.join("\n"))) && !isTable && !isSplit(head);
}

/** {header, rows, odd}: `broken` where U+FFFD stands for what is no text. */
export function lineTable(text, broken) {
  const lines = linesOf(text).map((line, index) => ({ line: index + 1, written: trimmed(line) })).filter(({ written }) => written);
  const isText = ({ written }) => !broken || !written.includes("\ufffd");
  return { header: ["text"], rows: lines.filter(isText).map(({ written }) => [written]), odd: lines.filter((each) => !isText(each)).map(({ line }) => line) };
}

/** In a file whose first line ends with a carriage return alone, the others do; elsewhere it is text. */
const linesOf = (text) => text.split(/\r\r?\n|\r|\n/.exec(text)?.[0] === "\r" ? "\r" : "\n");

function isSplit(head) {
  const lines = head.filter(trimmed).map((line) => line.replace(/"[^"]*"/g, ""));
  return lines.length > 1 && [",", ";", "\t", "|"].some((delimiter) => {
    const names = lines[0].split(delimiter);
    return names.length > 1 && lines.every((line) => line.split(delimiter).length === names.length) && names.every(isName);
  });
}

const isName = (field, index) => {
  const name = field.trim();
  const begins = index === 0 || (name === field.trimEnd() && !/^\p{Nd}/u.test(name));
  return begins && !(name.includes(" ") && /[.!?…]["'”“»«)]*\s*$/.test(name));
};

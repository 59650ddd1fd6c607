// The bytes of a file as text, as `kritiq_client.bulk.encoding` finds it out.

/** Tried in this order for what is not UTF-8; the second is what old Macs wrote. */
const WESTERN = [["windows-1252", "Windows-1252"], ["iso-8859-15", "ISO 8859-15"], ["macintosh", "Mac Roman"]];
/** What stands between two letters, or behind a small one, in no text that was decoded rightly; and what stands in none. */
const MISPLACED = /\p{L}[€£„“”‚‘‹›«»…°§²³½¼¾×•¡¿®©™\xa0]\p{L}|[a-zäöüßéèêëàâ][ÄÖÜÉÈÊÀÁÂÇÑÓÔØÅÆŒ]/u;
const UNUSUAL = /[^\x00-\x7fäöüßéèêëàâáãçñôòóõîïíìûùúæœøåÄÖÜÉÈÊÀÁÂÇÑÓÔØÅÆŒ€£„“”‚‘’‹›«»–—…°§²³½¼¾×·•´¡¿®©™\xa0]/u;
const LINE_FEED = 10;

/** {text, encoding}; `broken` where some lines are no text in it: there U+FFFD stands for what is none. */
export function decoded(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return as(bytes, "utf-16le", "UTF-16");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return as(bytes, "utf-16be", "UTF-16");
  const head = bytes.subarray(0, 16);
  const zeros = (first) => head.filter((byte, place) => place % 2 === first && byte === 0).length;
  if (zeros(1) * 4 > head.length && !zeros(0)) return as(bytes, "utf-16le", "UTF-16");
  if (zeros(0) * 4 > head.length && !zeros(1)) return as(bytes, "utf-16be", "UTF-16");
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "UTF-8" };
  } catch {
    // One line of UTF-8 beyond ASCII, and the file is UTF-8: others are broken, and not in an encoding of their own.
    if (hasLineInUtf8(bytes)) return { ...as(bytes, "utf-8", "UTF-8"), broken: true };
  }
  const read = WESTERN.map(([name, encoding]) => as(bytes, name, encoding));
  return read.find(({ text }) => !UNUSUAL.test(text) && !MISPLACED.test(text)) ?? read[0];
}

const as = (bytes, name, encoding) => ({ text: new TextDecoder(name).decode(bytes), encoding });

function hasLineInUtf8(bytes) {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let begin = 0; begin < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, begin);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(begin, end);
    begin = end + 1;
    if (!line.some((byte) => byte > 127)) continue;
    try {
      decoder.decode(line);
      return true;
    } catch {
      // This one is broken.
    }
  }
  return false;
}

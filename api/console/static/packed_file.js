// Files that come compressed: gzip, or a ZIP with one file (APPNOTE 4.3). Whatever is read is what was packed, or an error.

/** Most bytes that a file may unpack to: a page holds all of them. */
const MOST_BYTES = 256 * 2 ** 20;
/** First bytes of what no browser unpacks: bzip2, xz, Zstandard, 7z, RAR. */
const OTHERS = [[0x42, 0x5a, 0x68], [0xfd, 0x37, 0x7a, 0x58], [0x28, 0xb5, 0x2f, 0xfd], [0x37, 0x7a, 0xbc, 0xaf], [0x52, 0x61, 0x72, 0x21]];
/** What macOS puts beside the files of an archive. */
const BESIDE = "__MACOSX/";
/** Bytes of a ZIP's records without their names, and what a number stands for that is told elsewhere (ZIP64). */
const [LOCAL, ENTRY, END] = [30, 46, 22];
const [SHORT, LONG] = [0xffff, 0xffffffff];

/**
 * The bytes of a file that was chosen, unpacked where it is compressed. Raises Error with the name of a text, "file_packed" where it breaks
 * off or is damaged, and with the `count` of an archive's files.
 */
export async function unpacked(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const begins = (mark) => mark.every((byte, place) => bytes[place] === byte);
  if (OTHERS.some(begins)) throw new Error("file_packed_otherwise");
  if (begins([0x1f, 0x8b])) return inflated(bytes, "gzip");
  return begins([0x50, 0x4b, 0x03, 0x04]) ? onlyFile(bytes) : bytes;
}

async function onlyFile(bytes) {
  const view = new DataView(bytes.buffer);
  const found = entries(bytes, view);
  if (found.some(({ name }) => name === "[Content_Types].xml")) throw new Error("file_workbook");
  const files = found.filter(({ name }) => !name.endsWith("/") && !name.startsWith(BESIDE));
  if (files.length !== 1) throw Object.assign(new Error("file_zip_files"), { count: files.length });
  const [entry] = files;
  if (entry.flags & 1) throw new Error("file_zip_password");
  if (entry.size > MOST_BYTES) throw new Error("file_large");
  if (entry.method !== 0 && entry.method !== 8) throw new Error("file_packed_otherwise");
  if (signature(view, entry.at, LOCAL) !== 0x04034b50) throw new Error("file_packed");
  const begin = entry.at + LOCAL + view.getUint16(entry.at + 26, true) + view.getUint16(entry.at + 28, true);
  if (begin + entry.packed > bytes.length) throw new Error("file_packed");
  const content = bytes.subarray(begin, begin + entry.packed);
  const plain = entry.method === 8 ? await inflated(content, "deflate-raw") : content;
  if (plain.length !== entry.size || checksum(plain) !== entry.crc) throw new Error("file_packed");
  return plain;
}

/** What an archive's directory lists. */
function entries(bytes, view) {
  let end = bytes.length - END;
  // A comment of up to 64 KiB may stand behind it.
  while (signature(view, end, END) !== 0x06054b50) if ((end -= 1) < Math.max(0, bytes.length - END - SHORT)) throw new Error("file_packed");
  const [count, size, first] = [view.getUint16(end + 10, true), view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (count === SHORT || size === LONG || first === LONG) throw new Error("file_zip64");
  const found = [];
  let place = first;
  for (let number = 0; number < count; number += 1) {
    if (signature(view, place, ENTRY) !== 0x02014b50) throw new Error("file_packed");
    const [flags, method] = [view.getUint16(place + 8, true), view.getUint16(place + 10, true)];
    const [crc, packed, plain] = [16, 20, 24].map((member) => view.getUint32(place + member, true));
    const [named, extra, comment] = [28, 30, 32].map((member) => view.getUint16(place + member, true));
    const at = view.getUint32(place + 42, true);
    if (packed === LONG || plain === LONG || at === LONG) throw new Error("file_zip64");
    const name = new TextDecoder().decode(bytes.subarray(place + ENTRY, place + ENTRY + named));
    found.push({ name, flags, method, crc, packed, size: plain, at });
    place += ENTRY + named + extra + comment;
  }
  return found;
}

/** What a record begins with; 0 where there is no room for one. */
const signature = (view, place, size) => (place >= 0 && place + size <= view.byteLength ? view.getUint32(place, true) : 0);

async function inflated(bytes, form) {
  const pieces = [];
  let size = 0;
  try {
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(form)).getReader();
    for (let piece = await reader.read(); !piece.done && size <= MOST_BYTES; piece = await reader.read()) {
      pieces.push(piece.value);
      size += piece.value.length;
    }
    if (size > MOST_BYTES) reader.cancel().catch(() => {});
  } catch {
    throw new Error("file_packed");
  }
  if (size > MOST_BYTES) throw new Error("file_large");
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** CRC-32 as ZIP has it. */
function checksum(bytes) {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    for (let bit = 0; bit < 8; bit += 1) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
    return byte;
  });
  return ~bytes.reduce((crc, byte) => (crc >>> 8) ^ table[(crc ^ byte) & 0xff], -1) >>> 0;
}

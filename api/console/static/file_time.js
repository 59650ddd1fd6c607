// Days and times as files have them, read as `kritiq_client.bulk.details.moment_of` reads them: both are tested on the same
// cases.

/** A time behind a day. */
const CLOCK = /(?:,?\s+(?:um\s+)?(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?:\s*Uhr|\s*UTC|\s*GMT)?)?/.source;
/** 14.11.2025 or 14.11.25; 14. November 2025; November 14, 2025, maybe behind the day of the week. */
const DOTTED = new RegExp(`^(\\d{1,2})\\.\\s?(\\d{1,2})\\.\\s?(\\d{4}|\\d{2})${CLOCK}$`);
const NAMED = new RegExp(`^(?:[A-Za-z]+\\.?,\\s*)?(\\d{1,2})\\.?\\s+([A-Za-zä]+)\\.?,?\\s+(\\d{4})${CLOCK}$`);
const NAMED_FIRST = new RegExp(`^(?:[A-Za-z]+\\.?,\\s*)?([A-Za-z]+)\\.?\\s+(\\d{1,2}),?\\s+(\\d{4})${CLOCK}$`);
/** In German and English, of which at least three letters are written. */
const MONTHS = [
  "januar january jänner", "februar february feber", "märz march maerz mrz", "april", "mai may", "juni june", "juli july", "august",
  "september", "oktober october", "november", "dezember december",
].map((names) => names.split(" "));
/** ISO 8601, with slashes too. */
const ISO = /^(\d{4})([-/]?)(\d{2})\2(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2}| UTC)?)?$/;
/** Days as spreadsheets count them where nobody formats them as dates, from 1982 to 2064; and seconds or milliseconds since 1970. */
const SERIAL = /^[3-5]\d{4}(?:[.,]\d+)?$/;
const SINCE_1970 = /^1\d{9}(?:\d{3})?$/;
const DAY_MS = 86_400_000;

/** A day, or a time, in UTC where no zone is said; null for what is neither. */
export function momentOf(written) {
  const text = written.trim();
  if (SERIAL.test(text)) {
    const days = Number(text.replace(",", "."));
    return rfc3339(Date.UTC(1899, 11, 30) + Math.round((days * DAY_MS) / 1000) * 1000, Number.isInteger(days));
  }
  if (SINCE_1970.test(text)) return rfc3339(Number(text) * (text.length > 10 ? 1 : 1000), false);
  const dotted = DOTTED.exec(text);
  if (dotted) {
    const [, date, month, year, ...clock] = dotted;
    return joined([year.length > 2 ? year : `20${year}`, month, date], full(clock), "Z");
  }
  const named = NAMED.exec(text) ?? NAMED_FIRST.exec(text);
  if (named) {
    const [, one, other, year, ...clock] = named;
    const [date, name] = /\d/.test(one) ? [one, other] : [other, one];
    const month = name.length > 2 ? MONTHS.findIndex((names) => names.some((each) => each.startsWith(name.toLowerCase()))) : -1;
    return month < 0 ? null : joined([year, String(month + 1), date], full(clock), "Z");
  }
  const found = ISO.exec(text);
  if (!found) return null;
  const [, year, , month, date, hour, minute, second, fraction, zone] = found;
  return joined([year, month, date], full([hour, minute, second]), (fraction ?? "") + (zone ?? "Z").replace(" UTC", "Z"));
}

const full = ([hour, minute, second]) => hour && [hour, minute, second ?? "0"];

const rfc3339 = (ms, isDay) => (isDay ? new Date(ms).toISOString().slice(0, 10) : new Date(ms).toISOString());

/** A day that there is, with a time that there is; else null. */
function joined(day, clock, rest) {
  const [year, month, date] = day.map(Number);
  const found = new Date(Date.UTC(2000, month - 1, date));
  found.setUTCFullYear(year, month - 1, date);
  if (year < 1 || found.getUTCMonth() !== month - 1 || found.getUTCDate() !== date) return null;
  const written = [day[0], ...day.slice(1).map(twoDigits)].join("-");
  if (!clock) return written;
  const [hour, minute, second] = clock.map(Number);
  return hour > 23 || minute > 59 || second > 59 ? null : `${written}T${clock.map(twoDigits).join(":")}${rest}`;
}

const twoDigits = (number) => number.padStart(2, "0");

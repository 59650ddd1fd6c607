// Days and times as files have them, read as `kritiq_client.bulk.details.moment_of` reads them: both are tested on the same
// cases.

/** 14.11.2025 or 14.11.25, with or without a time behind it. */
const DOTTED = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?:,?\s+(?:um\s+)?(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?:\s*Uhr)?)?$/;
/** ISO 8601, with slashes too. */
const ISO = /^(\d{4})([-/]?)(\d{2})\2(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;
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
    const [, date, month, year, hour, minute, second] = dotted;
    return joined([year.length > 2 ? year : `20${year}`, month, date], hour && [hour, minute, second ?? "0"], "Z");
  }
  const found = ISO.exec(text);
  if (!found) return null;
  const [, year, , month, date, hour, minute, second, fraction, zone] = found;
  return joined([year, month, date], hour && [hour, minute, second ?? "0"], (fraction ?? "") + (zone ?? "Z"));
}

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

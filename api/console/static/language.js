// Every word comes from texts/de.js or texts/en.js; numbers and times are written as the language writes them.
import { remember, remembered } from "./remembered.js";

const STORED = "kritiq-language";
const REGION = { de: "de-DE", en: "en-GB" };
let texts = {};
let spoken = null;

/** "de" or "en": as chosen here before, else as the browser asks. */
export const language = () => spoken;

/** Takes effect when the console is drawn again after that. */
export async function setLanguage(chosen) {
  await speak(chosen);
  remember(STORED, chosen);
}

async function speak(chosen) {
  texts = (await import(`./texts/${chosen}.js`)).default;
  spoken = chosen;
}

const before = remembered(STORED);
await speak(before in REGION ? before : navigator.language.startsWith("de") ? "de" : "en");

/** The text of that name with its `{members}` filled in; where its `{count}` is one, the text for one, if there is one. */
export function t(name, members = {}) {
  const text = (String(members.count) === "1" ? texts[`${name}_one`] : null) ?? texts[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (_, member) => members[member] ?? "");
}

/** The text if there is one, else what was asked for: of values that the API may know before we do. */
export function named(kind, value) {
  return texts[`${kind}_${value}`] ?? String(value);
}

export function number(value, digits = 0) {
  return new Intl.NumberFormat(REGION[language()], { maximumFractionDigits: digits }).format(value);
}

export function percent(share, digits = 0) {
  return new Intl.NumberFormat(REGION[language()], { style: "percent", maximumFractionDigits: digits }).format(share);
}

/** An RFC 3339 time as a person here reads it. */
export function moment(text) {
  if (!text) return "–";
  const at = new Date(text);
  const today = at.toDateString() === new Date().toDateString();
  const form = today ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(REGION[language()], form).format(at);
}

/** What the person chose, in their own zone, as the API reads times; what is no time as it is, for the API to say so. */
export function instant(local) {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? local : at.toISOString();
}

/** The hour and minute alone, with the day where it is not today. */
export function clock(text) {
  const at = new Date(text);
  const today = at.toDateString() === new Date().toDateString();
  const form = { hour: "2-digit", minute: "2-digit", ...(!today && { day: "numeric", month: "numeric" }) };
  return new Intl.DateTimeFormat(REGION[language()], form).format(at);
}

export function day(text) {
  return new Intl.DateTimeFormat(REGION[language()], { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${text.slice(0, 10)}T00:00Z`));
}

/** Milliseconds as "12 ms", "1.4 s", "3 min". */
export function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms < 1000) return `${number(ms)} ms`;
  if (ms < 60_000) return `${number(ms / 1000, 1)} s`;
  if (ms < 3_600_000) return `${number(ms / 60_000, 1)} min`;
  return `${number(ms / 3_600_000, 1)} h`;
}

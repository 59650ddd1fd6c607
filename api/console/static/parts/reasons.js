// Why something is as it is, in the language of who reads it: of a code and figures, as the API has them beside its words.
import { html } from "../vendor/html.js";
import { language, named, number, percent, t } from "../language.js";

const SHARES = new Set(["share", "low", "high", "asked", "now", "was", "before", "margin"]);

/** `codes` as the API gives them, of which `words` are the English ones: those are shown where we do not know a code. */
export function Reasons({ codes, words, between = " " }) {
  const told = (codes ?? []).map(sentence);
  return told.length && told.every(Boolean) ? told.join(between) : html`<span lang="en">${words}</span>`;
}

/** One reason as a sentence; null where there is no text for it. */
function sentence({ code, figures }) {
  if (named("reason", code) === code) return null;
  const members = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, shown(name, value, figures)]));
  members.where = figures.version ? t("reasons_by", members) : t("reasons_reference");
  const text = t(`reason_${code}`, members);
  if (figures.before === undefined) return text;
  // What has shifted: more is said of it where more is known.
  const more = `${figures.restaurants ? t("reasons_mostly", members) : ""}${figures.most === undefined ? "" : t("reasons_shift", members)}`;
  return `${text[0].toUpperCase()}${text.slice(1)}${more}.`;
}

function shown(name, value, { feature }) {
  if (SHARES.has(name)) return percent(value, 1);
  if (name === "aspect") return named("aspect", value);
  if (name === "polarity") return named("polarity", value);
  if (name === "feature") return named("feature", value);
  if (name === "category") return feature === "language" ? named("language", value) : named("category", value);
  if (Array.isArray(value)) return new Intl.ListFormat(language()).format(value);
  return typeof value === "number" ? number(value, 2) : value;
}

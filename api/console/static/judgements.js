// Counts of judgements as shares, with how sure they are.

export const POLARITIES = ["positive", "neutral", "conflict", "negative"];
/** From so many per cent on a judgement is shown as sure, and as fairly sure; the example dashboard draws the lines there, too. */
const SURE = 90;
const FAIRLY = 70;

/** How sure a model is of a judgement: `sure`, `fairly` or `unsure`, by the per cent that are shown. */
export function sureness(confidence) {
  const shown = Math.round(100 * confidence);
  return shown >= SURE ? "sure" : shown >= FAIRLY ? "fairly" : "unsure";
}

/** Fewer judgements than this say nothing about a share. */
export const TOO_FEW = 5;
const Z = 1.96;

/** {positive, neutral, conflict, negative, total} of {polarity: sentences}. */
export function counted(polarities = {}) {
  const counts = Object.fromEntries(POLARITIES.map((name) => [name, polarities[name] ?? 0]));
  return { ...counts, total: POLARITIES.reduce((sum, name) => sum + counts[name], 0) };
}

/** The same over all aspects of a summary. */
export function together(aspects) {
  const sum = {};
  for (const polarities of Object.values(aspects)) {
    for (const [name, count] of Object.entries(polarities)) sum[name] = (sum[name] ?? 0) + count;
  }
  return counted(sum);
}

/** The interval in which the share `good / all` lies in 95 of 100 cases (Wilson 1927); null of none. */
export function wilson(good, all) {
  if (!all) return null;
  const share = good / all;
  const middle = (share + (Z * Z) / (2 * all)) / (1 + (Z * Z) / all);
  const reach = (Z / (1 + (Z * Z) / all)) * Math.sqrt((share * (1 - share)) / all + (Z * Z) / (4 * all * all));
  return { low: Math.max(0, middle - reach), share, high: Math.min(1, middle + reach) };
}

/** Whether two shares differ by more than chance would have it: their intervals do not meet. */
export function differ(one, other) {
  return Boolean(one && other) && (one.low > other.high || other.low > one.high);
}

// States and judgements as coloured words; the word alone says it too.
import { html } from "../vendor/html.js";
import { named, percent } from "../language.js";

/** Below this confidence a judgement is shown as unsure. */
const UNSURE = 0.6;

const TONES = {
  succeeded: "positive", done: "positive", refused: "conflict", completed: "positive", enabled: "positive",
  failed: "negative", disabled: "negative", revoked: "negative",
  running: "conflict", pending: "conflict", sending: "conflict",
};

export const tone = (status) => TONES[status] ?? "neutral";

export function StatusPill({ status }) {
  return html`<span class="pill" data-tone=${tone(status)}>${named("status", status)}</span>`;
}

/** An aspect with its polarity. */
export function AspectPill({ aspect, ...judged }) {
  return html`<${Judgement} name=${named("aspect", aspect)} ...${judged} />`;
}

/** What is judged, and how; dashed when the model is unsure. */
export function Judgement({ name, polarity, confidence }) {
  const unsure = confidence < UNSURE;
  return html`
    <span class=${unsure ? "pill unsure" : "pill"} data-tone=${polarity}>
      <strong>${name}</strong> ${named("polarity", polarity)}
      <span class="small">${percent(confidence)}</span>
    </span>
  `;
}

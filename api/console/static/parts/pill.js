// States and judgements as coloured words; the word alone says it too.
import { html } from "../vendor/html.js";
import { named, percent, t } from "../language.js";

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

/** What is judged, and how; dashed when the model is less sure of it than of those that are nearly always right. */
export function Judgement({ name, polarity, confidence, low_confidence: unsure = false }) {
  return html`
    <span class=${unsure ? "judged pill unsure" : "judged pill"} data-tone=${polarity} title=${unsure ? t("unsure") : undefined}>
      <strong>${name}</strong> ${named("polarity", polarity)}
      <span class="small">${percent(confidence)}</span>
      ${unsure && html`<span class="hidden-text">${t("unsure")}</span>`}
    </span>
  `;
}

// States and judgements as coloured words; the word alone says it too.
import { html } from "../vendor/html.js";
import { sureness } from "../judgements.js";
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

/** An aspect with its polarity, and how sure the model is: filled, a border alone, or a dashed one. */
export function AspectPill({ aspect, ...judged }) {
  return html`<${Judgement} name=${named("aspect", aspect)} ...${judged} sure=${sureness(judged.confidence)} />`;
}

/** What is judged, and how. */
export function Judgement({ name, polarity, confidence, sure = "sure" }) {
  return html`
    <span class="judged pill" data-tone=${polarity} data-sure=${sure} title=${sure === "sure" ? undefined : t(`sure_${sure}`)}>
      <strong>${name}</strong> ${named("polarity", polarity)}
      <span class="small">${percent(confidence)}</span>
      ${sure !== "sure" && html`<span class="hidden-text">${t(`sure_${sure}`)}</span>`}
    </span>
  `;
}

/** What the three looks of a judgement mean. */
export function SurenessKey() {
  return html`<p class="small muted">${t("sure_key")}</p>`;
}

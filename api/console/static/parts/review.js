// A judged review: its sentences, each with its aspects, and the words that carry them where the model gives them.
import { html } from "../vendor/html.js";
import { named, t } from "../language.js";
import { AspectPill, Judgement } from "./pill.js";

/** `sentences` as the API answers them. `action(sentence)` may add something to each. */
export function Sentences({ sentences, action }) {
  return html`
    <ol class="sentences">
      ${sentences.map((sentence) => {
        const aspects = Object.entries(sentence.aspects).filter(([, { polarity }]) => polarity !== "none");
        return html`
          <li key=${sentence.index} data-tone=${overall(aspects)}>
            <div class="text">${marked(sentence, aspects)}</div>
            <div class="row">
              ${aspects.map(([aspect, judged]) => html`<${AspectPill} aspect=${aspect} ...${judged} />`)}
              ${!aspects.length && html`<span class="muted small">${t("no_aspect")}</span>`}
              ${sentence.truncated && html`<span class="pill" data-tone="conflict">${t("truncated")}</span>`}
              ${action?.(sentence)}
            </div>
          </li>
        `;
      })}
    </ol>
  `;
}

/** How the review judges as a whole; nothing where no sentence speaks of any aspect. */
export function Overall({ result: { overall: whole } }) {
  return whole && html`<div class="row"><${Judgement} name=${t("as_a_whole")} ...${whole} /></div>`;
}

/** The polarity that all aspects share; conflict when they differ. */
export function overall(aspects) {
  const found = new Set(aspects.map(([, { polarity }]) => polarity));
  return found.size === 1 ? [...found][0] : found.size ? "conflict" : undefined;
}

/** The sentence's text, with the evidence of its aspects marked. Offsets count code points of the whole review. */
function marked(sentence, aspects) {
  const letters = Array.from(sentence.text);
  /** What each letter is evidence of. */
  const borne = letters.map(() => []);
  for (const judged of aspects) {
    for (const { start, end } of judged[1].evidence ?? []) {
      for (const each of borne.slice(Math.max(0, start - sentence.start), end - sentence.start)) each.push(judged);
    }
  }
  const pieces = [];
  for (const [index, letter] of letters.entries()) {
    const meaning = borne[index].map(([aspect, { polarity }]) => `${named("aspect", aspect)} ${named("polarity", polarity)}`).join(", ");
    if (index && meaning === pieces.at(-1).meaning) pieces.at(-1).text += letter;
    else pieces.push({ meaning, tone: overall(borne[index]), text: letter });
  }
  // Words that touch and judge alike have one sign, though they are evidence of different aspects.
  return pieces.map(({ meaning, tone, text }, at) => (meaning
    ? html`<mark data-tone=${tone} data-goes-on=${at > 0 && pieces[at - 1].meaning !== "" && pieces[at - 1].tone === tone ? "" : null} title=${meaning}>${text}</mark>`
    : text));
}

// The dialog in which each aspect of a sentence gets the polarity that it should have.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { get, post } from "../api.js";
import { named, t } from "../language.js";
import { useBusy } from "./busy.js";
import { Dialog } from "./dialog.js";
import { ProblemNote, Waiting } from "./states.js";
import { useResource } from "../resource.js";

const NONE = "none";

/** `before` are the corrections of the sentence until now; `tell(feedback)` hears all that was said of its review. */
export default function CorrectionForm({ path, model, sentence, before, tell, close }) {
  const offered = useResource((signal) => answers(model, signal), [model.name, model.version]);
  const [chosen, choose] = useState({});
  const { busy, problem, run } = useBusy();
  const judged = (aspect) => sentence.aspects[aspect]?.polarity ?? NONE;
  const now = (aspect) => before.find((each) => each.aspect === aspect)?.polarity ?? judged(aspect);
  const aspects = [...new Set([...Object.keys(sentence.aspects), ...before.map(({ aspect }) => aspect), ...(offered.data?.aspects ?? [])])];
  const polarities = (aspect) => [...new Set([...(offered.data?.polarities ?? []), judged(aspect), now(aspect)])];
  const changed = aspects.filter((aspect) => (chosen[aspect] ?? now(aspect)) !== now(aspect));

  const send = (event) => {
    event.preventDefault();
    run(async () => {
      for (const aspect of changed) tell(await post(path, { sentence: sentence.index, aspect, polarity: chosen[aspect] }));
      close();
    });
  };
  return html`
    <${Dialog} title=${t("wrong_title")} onClose=${close}>
      <form class="stack" onSubmit=${send}>
        <blockquote>${sentence.text}</blockquote>
        <p class="muted small">${t("wrong_text")}</p>
        ${offered.loading && html`<${Waiting} />`}
        ${offered.problem && html`<${ProblemNote} problem=${offered.problem} retry=${offered.reload} />`}
        <div class="fields">
          ${aspects.map((aspect) => html`
            <label class="field" key=${aspect}><span>${named("aspect", aspect)}</span>
              <select name=${aspect} value=${chosen[aspect] ?? now(aspect)} onChange=${(event) => choose({ ...chosen, [aspect]: event.target.value })}>
                ${polarities(aspect).map((polarity) => html`<option value=${polarity}>${named("polarity", polarity)}</option>`)}
              </select>
            </label>
          `)}
        </div>
        ${problem && html`<${ProblemNote} problem=${problem} />`}
        <div class="row end">
          <button type="button" onClick=${close}>${t("cancel")}</button>
          <button class="first" disabled=${!changed.length && !busy} aria-disabled=${busy}>${t("correct")}</button>
        </div>
      </form>
    <//>
  `;
}

/** What the model that judged it may say, as its worker told; where nobody did, nothing can be corrected either. */
async function answers({ name, version }, signal) {
  const { versions } = await get(`/v1/models/${encodeURIComponent(name)}/card`, {}, signal);
  return versions.find((each) => each.version === version);
}

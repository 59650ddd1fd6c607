// Retrainings: what learns, how far that is, what came of it; what ends one, and what begins one.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { call, get } from "../api.js";
import { moment, named, number, percent, t } from "../language.js";
import { useResource } from "../resource.js";
import { Ask, Dialog } from "./dialog.js";
import { Reasons } from "./reasons.js";
import { RetrainingForm } from "./retraining_form.js";
import { Shown } from "./states.js";

const TONES = { succeeded: "positive", refused: "conflict", failed: "negative" };
/** So many of the last are shown. */
const SHOWN = 5;

/** For whoever looks after the deployment; `served`: as `GET /v1/models` answers. */
export function Retrainings({ served, caller }) {
  const resource = useResource((signal) => get("/v1/retrainings", { page_size: SHOWN }, signal), [], { everyMs: 5000, told: ["retrainings"] });
  const [asking, setAsking] = useState(false);
  const asked = () => {
    setAsking(false);
    resource.reload();
  };
  return html`
    <section class="card stack">
      <div class="spread"><h2>${t("retrainings")}</h2>${served.models.length > 0 && html`<button type="button" onClick=${() => setAsking(true)}>${t("retraining_new")}</button>`}</div>
      <${Shown} resource=${resource} empty=${({ retrainings }) => (retrainings.length ? null : html`<p class="muted">${t("retraining_none")}</p>`)}>
        ${({ retrainings }) => html`
          ${retrainings.some(goes) && !retrainings.some(({ at_work: busy }) => busy) && html`<p class="muted">${t("retraining_no_trainer")}</p>`}
          <div class="table" tabindex="0" role="region" aria-label=${t("retrainings")}>
            <table>
              <thead><tr>
                <th scope="col">${t("retraining_model")}</th><th scope="col">${t("retraining_state")}</th>
                <th scope="col">${t("retraining_since")}</th><th scope="col">${t("retraining_result")}</th><th scope="col"><span class="hidden-text">${t("actions")}</span></th>
              </tr></thead>
              <tbody>${retrainings.map((each) => html`<${Row} key=${each.id} retraining=${each} reload=${resource.reload} />`)}</tbody>
            </table>
          </div>
        `}
      <//>
    </section>
    ${asking && html`<${Dialog} title=${t("retraining_new")} onClose=${() => setAsking(false)}><${RetrainingForm} served=${served} caller=${caller} done=${asked} /><//>`}
  `;
}

const goes = ({ status }) => status === "queued" || status === "running";

function Row({ retraining, reload }) {
  const { id, model, base, progress, cancel_requested: ending } = retraining;
  // Whose trainer is gone waits for another one.
  const status = retraining.status === "running" && !retraining.at_work ? "queued" : retraining.status;
  const cancel = async () => {
    await call("POST", `/v1/retrainings/${encodeURIComponent(id)}/cancel`);
    reload();
  };
  return html`
    <tr>
      <th scope="row">${base}${model !== base && html` <span class="muted">${model}</span>`}<div class="small muted">${t("retraining_from", { tenants: retraining.tenants.join(", "), alias: retraining.alias })}</div></th>
      <td>
        <span class="pill" data-tone=${TONES[status] ?? "neutral"}>${named("retraining", ending ? "ending" : status)}</span>
        ${progress && html` ${percent(progress.share)}`}
      </td>
      <td>${moment(retraining.created_at)}</td>
      <td>${retraining.result && html`<${Scores} result=${retraining.result} />`}<${Came} ...${retraining} /></td>
      <td>${goes(retraining) && !ending && html`<${Ask} label=${t("retraining_cancel")} title=${t("retraining_cancel")} text=${t("retraining_cancel_text", { version: base })} act=${cancel} />`}</td>
    </tr>
  `;
}

/** What the trainer is at: `share` is that of the learning, before and behind which there is more to do. */
function Progress({ share, said: line }) {
  const step = share === 0 ? "retraining_prepares" : share < 1 ? "retraining_learns" : "retraining_measures";
  return html`
    <div>${t(step)}</div>
    ${line && html`<details class="small"><summary>${t("retraining_said")}</summary><code lang="en">${line}</code></details>`}
  `;
}

/** How right it was, and is now. */
function Scores({ result: { acsa_f1: f1, corrected, corrections } }) {
  const [before, now] = f1;
  const [wrong, right] = corrected;
  return html`
    <div>${t("retraining_f1", { before: percent(before, 1), now: percent(now, 1) })}</div>
    <div>${t("retraining_corrected", { count: number(corrections), before: percent(wrong), now: percent(right) })}</div>
  `;
}

/** What there is to say of it; what has no code is in the words of the trainer. */
function Came({ result, error, progress, at_work: busy }) {
  if (error) return html`<div lang="en">${error}</div>`;
  if (!result) return progress && busy && html`<${Progress} ...${progress} />`;
  const { version, refusals, refusal_codes: codes, why_not_moved: unmoved, why_not_moved_code: code } = result;
  return html`
    <div>${version}</div>
    ${refusals.length > 0 && html`<div><${Reasons} codes=${codes} words=${refusals.join("; ")} between="; " /></div>`}
    ${unmoved && html`<div><${Reasons} codes=${code && [code]} words=${unmoved} /></div>`}
  `;
}

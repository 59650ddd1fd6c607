// Retrainings: what learns, how far that is, what came of it; and what ends one.
import { html } from "../vendor/html.js";
import { call, get } from "../api.js";
import { moment, named, percent, t } from "../language.js";
import { useResource } from "../resource.js";
import { Ask } from "./dialog.js";
import { ProblemNote } from "./states.js";

const TONES = { succeeded: "positive", refused: "conflict", failed: "negative" };
/** So many of the last are shown. */
const SHOWN = 5;

/** For whoever looks after the deployment; nothing while there is none. */
export function Retrainings() {
  const { data, problem, reload } = useResource((signal) => get("/v1/retrainings", { page_size: SHOWN }, signal), [], { everyMs: 5000, told: ["retrainings"] });
  if (problem) return html`<${ProblemNote} problem=${problem} retry=${reload} />`;
  if (!data?.retrainings.length) return null;
  return html`
    <section class="card stack">
      <h2>${t("retrainings")}</h2>
      <div class="table" tabindex="0" role="region" aria-label=${t("retrainings")}>
        <table>
          <thead><tr>
            <th scope="col">${t("retraining_model")}</th><th scope="col">${t("retraining_state")}</th>
            <th scope="col">${t("retraining_since")}</th><th scope="col">${t("retraining_result")}</th><td></td>
          </tr></thead>
          <tbody>${data.retrainings.map((each) => html`<${Row} key=${each.id} retraining=${each} reload=${reload} />`)}</tbody>
        </table>
      </div>
    </section>
  `;
}

function Row({ retraining, reload }) {
  const { id, model, base, status, progress, cancel_requested: ending } = retraining;
  const goes = status === "queued" || status === "running";
  const cancel = async () => {
    await call("POST", `/v1/retrainings/${encodeURIComponent(id)}/cancel`);
    reload();
  };
  return html`
    <tr>
      <th scope="row">${base}${model !== base && html` <span class="muted">${model}</span>`}</th>
      <td>
        <span class="pill" data-tone=${TONES[status] ?? "neutral"}>${named("retraining", ending ? "ending" : status)}</span>
        ${progress && html` ${percent(progress.share)}`}
      </td>
      <td>${moment(retraining.created_at)}</td>
      <td lang="en">${came(retraining)}</td>
      <td>${goes && !ending && html`<${Ask} label=${t("retraining_cancel")} title=${t("retraining_cancel")} text=${t("retraining_cancel_text", { version: base })} act=${cancel} />`}</td>
    </tr>
  `;
}

/** What there is to say of it, in the words of the trainer. */
function came({ result, error, progress }) {
  if (result) return [result.version, ...result.refusals, ...(result.why_not_moved ? [result.why_not_moved] : [])].join("; ");
  return error ?? progress?.said ?? "";
}

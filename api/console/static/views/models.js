// The models that judge now: what was asked of them, how right they are, whether that has changed, and their cards.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { named, number, percent, t } from "../language.js";
import { Aliases } from "../parts/aliases.js";
import { ModelMemory } from "../parts/model_memory.js";
import { Reasons } from "../parts/reasons.js";
import { Retrainings } from "../parts/retrainings.js";
import { Rollout } from "../parts/rollout.js";
import { Nothing, ProblemNote, Shown } from "../parts/states.js";
import { operates, seesDrift } from "../session.js";
import { useResource } from "../resource.js";

export function Models({ caller }) {
  const resource = useResource((signal) => get("/v1/models", {}, signal), [], { everyMs: 5000, told: ["models", "queue"] });
  const usage = useResource((signal) => get("/v1/usage", {}, signal), [], { everyMs: 30_000, told: ["jobs", "batches"] });
  return html`
    <div class="head"><div><h1>${t("nav_models")}</h1><p class="lead">${t("models_lead")}</p></div></div>
    ${usage.problem && html`<${ProblemNote} problem=${usage.problem} retry=${usage.reload} />`}
    <${Shown} resource=${resource}>
      ${({ models, aliases }) => html`
        <div class="stack">
          ${aliases.filter((alias) => alias.rollout).map((alias) => html`<${Rollout} key=${alias.alias} alias=${alias} caller=${caller} reload=${resource.reload} />`)}
          ${models.length === 0 && html`<${Nothing} title=${t("no_models")}>${t("no_models_hint")}<//>`}
          <${Aliases} aliases=${aliases} caller=${caller} reload=${resource.reload} />
          ${operates(caller) && html`<${Retrainings} served=${{ models, aliases }} caller=${caller} />`}
          ${models.map((loaded) => html`<${Model} key=${`${loaded.name} ${loaded.version}`} loaded=${loaded} days=${usage.data?.days} caller=${caller} reload=${resource.reload} />`)}
        </div>
      `}
    <//>
  `;
}

function Model({ loaded, days, caller, reload }) {
  const { name, version } = loaded;
  const path = `/v1/models/${encodeURIComponent(name)}`;
  const of = ({ versions }) => versions.find((each) => each.version === version) ?? null;
  const card = useResource(async (signal) => of(await get(`${path}/card`, {}, signal)), [name, version]);
  const watched = seesDrift(caller);
  const drift = useResource(async (signal) => (watched ? of(await get(`${path}/drift`, {}, signal)) : null), [name, version], { everyMs: 60_000 });
  const used = days?.filter((row) => row.model === `${name}/${version}`);
  const sum = (member) => number(used.reduce((all, row) => all + row[member], 0));
  return html`
    <section class="card stack">
      <h2>${name} <span class="muted">${version}</span></h2>
      <dl class="facts small">
        <dt>${t("workers")}</dt><dd>${number(loaded.workers)}</dd>
        <dt>${t("devices")}</dt><dd>${loaded.devices.join(", ")}</dd>
        ${card.data && html`
          <dt>${t("languages")}</dt><dd>${card.data.languages.map((code) => named("language", code)).join(", ")}</dd>
          <dt>${t("method")}</dt><dd>${card.data.method}</dd>
        `}
        <dt>${t("traffic_month")}</dt><dd>${used ? t("traffic", { reviews: sum("reviews"), sentences: sum("sentences") }) : "–"}</dd>
        ${watched && html`<dt>${t("drift")}</dt><dd><${Drift} found=${drift} /></dd>`}
      </dl>
      ${card.problem && card.problem.status !== 404 && html`<${ProblemNote} problem=${card.problem} retry=${card.reload} />`}
      ${card.data && html`<${Scores} card=${card.data} />`}
      ${operates(caller) && loaded.serving.length > 0 && html`<${ModelMemory} loaded=${loaded} reload=${reload} />`}
      ${card.data?.text && html`<details><summary>${t("model_card")}</summary><pre lang="en" tabindex="0">${card.data.text}</pre></details>`}
    </section>
  `;
}

/** Whether what it is asked has become something else than what it was measured on. */
function Drift({ found: { data, problem, loading } }) {
  if (problem) return html`${named("problem", problem.code || problem.status)}`;
  if (loading || !data) return "–";
  if (!data.reference) return t("drift_unknown");
  if (!data.reviews) return t("drift_of_none");
  const right = data.expected_right === null ? "" : ` ${t("drift_right", { now: percent(data.expected_right), then: percent(data.reference_right) })}`;
  return html`
    <span class="pill" data-tone=${data.drifted ? "negative" : "positive"}>${t(data.drifted ? "drift_yes" : "drift_no")}</span>${" "}
    <span class="muted">${t("drift_of", { count: number(data.reviews) })}${right}</span>
    ${data.reasons.length > 0 && html`<ul>${data.reasons.map((words, at) => html`<li><${Reasons} codes=${data.reason_codes.slice(at, at + 1)} words=${words} /></li>`)}</ul>`}
  `;
}

function Scores({ card }) {
  const rows = Object.entries(card.scores).sort(([, one], [, two]) => two.labels - one.labels);
  if (!rows.length) return html`<p class="muted small">${t("scores_none")}</p>`;
  return html`
    <p class="small">${t("scores_of", { count: number(card.sentences), mentioned: percent(card.mentioned_f1), judged: percent(card.judged_f1) })}</p>
    <div class="table" tabindex="0" role="region" aria-label=${t("scores")}>
      <table>
        <thead><tr><th scope="col">${t("aspect")}</th><th scope="col" class="number">${t("score_labels")}</th><th scope="col" class="number">${t("score_mentioned")}</th><th scope="col" class="number">${t("score_judged")}</th></tr></thead>
        <tbody>${rows.map(([aspect, score]) => html`
          <tr><th scope="row">${named("aspect", aspect)}</th><td class="number">${number(score.labels)}</td><td class="number">${percent(score.mentioned_f1)}</td><td class="number">${percent(score.judged_f1)}</td></tr>
        `)}</tbody>
      </table>
    </div>
  `;
}

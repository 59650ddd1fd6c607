// What waits for a person, each with the way to it.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { number, t } from "../language.js";
import { at } from "../router.js";
import { seesDrift } from "../session.js";
import { useResource } from "../resource.js";
import { ProblemNote } from "./states.js";

/** What `GET /v1/attention` counts, and where it is to be found. */
const COUNTED = {
  failed_jobs: at("/jobs", { status: "failed" }),
  failed_deliveries: at("/webhooks", { status: "failed" }),
  overdue_deliveries: at("/webhooks", { status: "pending" }),
  disabled_endpoints: at("/webhooks"),
};

export function Attention({ caller }) {
  const found = useResource(
    async (signal) => {
      const [served, waiting] = await Promise.all([get("/v1/models", {}, signal), get("/v1/attention", {}, signal)]);
      const names = seesDrift(caller) ? [...new Set(served.models.map(({ name }) => name))] : [];
      const drift = await Promise.all(names.map((name) => drifted(name, signal)));
      return [
        { name: "no_workers", count: served.models.some(({ workers }) => workers) ? 0 : 1, to: at("/models") },
        ...Object.entries(COUNTED).map(([name, to]) => ({ name, ...waiting[name], to })),
        { name: "drift", count: drift.flatMap(({ versions }) => versions).filter((each) => each.drifted).length, to: at("/models") },
      ].filter(({ count }) => count);
    },
    [],
    { everyMs: 10_000, told: ["jobs", "deliveries", "endpoints", "models", "queue"], alsoElse: true },
  );
  if (found.problem) return html`<${ProblemNote} problem=${found.problem} retry=${found.reload} />`;
  if (!found.data) return null;
  return html`
    <section class="card"><h2>${t("attention")}</h2>
      ${found.data.length === 0 && html`<p class="muted">${t("attention_none")}</p>`}
      <ul class="stack">
        ${found.data.map(({ name, count, at_least: more, to }) => html`
          <li class="spread"><span>${t(`attention_${name}`, { count: number(count) + (more ? "+" : "") })}</span><a class="button" href=${to}>${t("look")}</a></li>
        `)}
      </ul>
    </section>
  `;
}

/** Of a model whose last worker has gone meanwhile there is nothing to tell. */
async function drifted(name, signal) {
  try {
    return await get(`/v1/models/${encodeURIComponent(name)}/drift`, {}, signal);
  } catch (problem) {
    if (problem.status === 404) return { versions: [] };
    throw problem;
  }
}

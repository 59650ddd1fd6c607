// What waits for a person, each with the way to it.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { number, t } from "../language.js";
import { at } from "../router.js";
import { may } from "../session.js";
import { useResource } from "../resource.js";
import { ProblemNote } from "./states.js";

const MOST = 100;
// What is due is sent sooner than this, if anybody sends it.
const OVERDUE_MS = 60_000;
// What failed longer ago waits for nobody: an archive would tell of it for years.
const LATELY_MS = 3 * 86_400_000;

export function Attention({ caller }) {
  const found = useResource(
    async (signal) => {
      const webhooks = may(caller, "webhooks:manage");
      const [served, ended, deliveries, waiting, endpoints] = await Promise.all([
        get("/v1/models", {}, signal),
        get("/v1/jobs", { status: "failed", since: new Date(Date.now() - LATELY_MS).toISOString(), page_size: MOST }, signal),
        webhooks && get("/v1/deliveries", { status: "failed", page_size: MOST }, signal),
        webhooks && get("/v1/deliveries", { status: "pending", page_size: MOST }, signal),
        webhooks && get("/v1/endpoints", {}, signal),
      ]);
      const names = may(caller, "models:manage") ? [...new Set(served.models.map(({ name }) => name))] : [];
      const drift = await Promise.all(names.map((name) => drifted(name, signal)));
      const overdue = Date.now() - OVERDUE_MS;
      return [
        { name: "no_workers", count: served.models.some(({ workers }) => workers) ? 0 : 1, to: at("/models") },
        { name: "failed_jobs", count: ended.jobs.length, more: ended.next_page_token, to: at("/jobs", { status: "failed" }) },
        { name: "failed_deliveries", count: deliveries ? deliveries.deliveries.length : 0, more: deliveries && deliveries.next_page_token, to: at("/webhooks", { status: "failed" }) },
        { name: "overdue_deliveries", count: waiting ? waiting.deliveries.filter(({ next_attempt_at: next }) => Date.parse(next) < overdue).length : 0, more: waiting && waiting.next_page_token, to: at("/webhooks", { status: "pending" }) },
        { name: "disabled_endpoints", count: endpoints ? endpoints.endpoints.filter(({ enabled, disabled_reason: reason }) => !enabled && reason !== "owner").length : 0, to: at("/webhooks") },
        { name: "drift", count: drift.flatMap(({ versions }) => versions).filter(({ drifted }) => drifted).length, to: at("/models") },
      ].filter(({ count }) => count);
    },
    [],
    { everyMs: 10_000 },
  );
  if (found.problem) return html`<${ProblemNote} problem=${found.problem} retry=${found.reload} />`;
  if (!found.data) return null;
  return html`
    <section class="card"><h2>${t("attention")}</h2>
      ${found.data.length === 0 && html`<p class="muted">${t("attention_none")}</p>`}
      <ul class="stack">
        ${found.data.map(({ name, count, more, to }) => html`
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

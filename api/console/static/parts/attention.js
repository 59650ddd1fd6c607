// What waits for a person, each with the way to it.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { number, t } from "../language.js";
import { at } from "../router.js";
import { useResource } from "../resource.js";

const MOST = 100;

export function Attention() {
  const found = useResource(
    async (signal) => {
      const lists = await Promise.allSettled([
        get("/v1/jobs", { status: "failed", page_size: MOST }, signal),
        get("/v1/deliveries", { status: "failed", page_size: MOST }, signal),
        get("/v1/endpoints", {}, signal),
      ]);
      const [jobs, deliveries, endpoints] = lists.map(({ value }) => value);
      return [
        { name: "failed_jobs", count: jobs?.jobs.length ?? 0, more: jobs?.next_page_token, to: at("/jobs", { status: "failed" }) },
        { name: "failed_deliveries", count: deliveries?.deliveries.length ?? 0, more: deliveries?.next_page_token, to: at("/webhooks", { status: "failed" }) },
        { name: "disabled_endpoints", count: endpoints?.endpoints.filter(({ enabled, disabled_reason: reason }) => !enabled && reason !== "owner").length ?? 0, to: at("/webhooks") },
      ].filter(({ count }) => count);
    },
    [],
    { everyMs: 10_000 },
  );
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

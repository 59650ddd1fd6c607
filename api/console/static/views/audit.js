// Who changed something or was refused.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { moment, t } from "../language.js";
import { at } from "../router.js";
import { List } from "../parts/list.js";
import { StatusPill } from "../parts/pill.js";
import { Nothing } from "../parts/states.js";
import { useList } from "../resource.js";

/** Kinds of things that have a view of their own. */
const VIEW = { job_id: "/jobs", batch_id: "/batches", endpoint_id: "/webhooks", delivery_id: "/deliveries" };

export function Audit() {
  const list = useList(
    async (token, signal) => {
      const page = await get("/v1/audit", { page_size: 50, page_token: token }, signal);
      return { items: page.entries, next: page.next_page_token };
    },
    [],
    { everyMs: 5000, told: ["audit"] },
  );
  const columns = [
    { title: t("moment"), cell: (entry) => html`<span class="small">${moment(entry.at)}</span>` },
    { title: t("outcome"), cell: (entry) => html`<${StatusPill} status=${entry.outcome} />` },
    { title: t("action"), cell: (entry) => html`<span class="mono">${entry.action}</span>` },
    { title: t("key"), cell: (entry) => html`<span class="mono">${entry.key_id ?? "–"}</span>` },
    { title: t("address"), cell: (entry) => html`<span class="mono">${entry.address ?? "–"}</span>` },
    { title: t("about"), cell: (entry) => html`<${Objects} objects=${entry.objects} />` },
  ];
  return html`
    <div class="head"><div><h1>${t("nav_audit")}</h1><p class="lead">${t("audit_lead")}</p></div></div>
    <section class="card stack">
      <${List} label=${t("nav_audit")} list=${list} columns=${columns} empty=${html`<${Nothing} title=${t("no_audit")} />`} />
    </section>
  `;
}

function Objects({ objects }) {
  return Object.entries(objects).map(([kind, id]) =>
    VIEW[kind] ? html`<a class="mono" href=${at(`${VIEW[kind]}/${encodeURIComponent(id)}`)}>${id}</a> ` : html`<span class="mono">${id}</span> `,
  );
}

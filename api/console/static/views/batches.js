import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { moment, number, t } from "../language.js";
import { at } from "../router.js";
import { List } from "../parts/list.js";
import { StatusPill } from "../parts/pill.js";
import { Nothing } from "../parts/states.js";
import { useList } from "../resource.js";

export function Batches() {
  const list = useList(
    async (token, signal) => {
      const page = await get("/v1/batches", { page_size: 50, page_token: token }, signal);
      return { items: page.batches, next: page.next_page_token };
    },
    [],
    { everyMs: 3000, told: ["batches"] },
  );
  const columns = [
    { title: t("status"), cell: (batch) => html`<${StatusPill} status=${batch.status} />` },
    { title: t("batch"), cell: (batch) => html`<a class="mono" href=${at(`/batches/${batch.id}`)}>${batch.id}</a>` },
    { title: t("restaurant"), cell: (batch) => html`<span class="chosen">${batch.restaurant ?? "–"}</span>` },
    { title: t("progress"), cell: ({ counts }) => html`<progress max=${counts.total} value=${counts.total - counts.waiting} aria-label=${t("progress")}></progress>` },
    { title: t("lines"), number: true, cell: ({ counts }) => number(counts.total) },
    { title: t("status_failed"), number: true, cell: ({ counts }) => number(counts.failed) },
    { title: t("created"), cell: (batch) => html`<span class="small">${moment(batch.created_at)}</span>` },
  ];
  return html`
    <div class="head">
      <div><h1>${t("nav_batches")}</h1><p class="lead">${t("batches_lead")}</p></div>
      <a class="button first" href=${at("/batches/new")}>${t("upload_title")}</a>
    </div>
    <section class="card stack">
      <${List} label=${t("nav_batches")} list=${list} columns=${columns}
        empty=${html`<${Nothing} title=${t("no_batches")}><a href=${at("/batches/new")}>${t("no_batches_hint")}</a><//>`} />
    </section>
  `;
}

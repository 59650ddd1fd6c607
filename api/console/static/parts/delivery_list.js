import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { moment, named, number, t } from "../language.js";
import { at, go } from "../router.js";
import { may } from "../session.js";
import { Do } from "./dialog.js";
import { List } from "./list.js";
import { StatusPill } from "./pill.js";
import { useSelection } from "./selection.js";
import { Nothing } from "./states.js";
import { useList } from "../resource.js";

const STATUSES = ["pending", "sending", "succeeded", "failed", "dropped"];
const ENDED = new Set(["succeeded", "failed", "dropped"]);

/** Deliveries of `filter`, by the status in the address; `here` is the view's own path. */
export function DeliveryList({ query, caller, here, filter }) {
  const status = query.get("status") ?? "";
  const list = useList(
    async (token, signal) => {
      const page = await get("/v1/deliveries", { ...filter, status, page_size: 25, page_token: token }, signal);
      return { items: page.deliveries, next: page.next_page_token, backTo: page.looked_back_to };
    },
    [JSON.stringify(filter), status],
    { everyMs: 5000, told: ["deliveries"] },
  );
  const { chosen, column, told, each } = useSelection(list);
  const columns = [
    column,
    { title: t("status"), cell: (delivery) => html`<${StatusPill} status=${delivery.status} />` },
    { title: t("event"), cell: (delivery) => html`<a href=${at(`/deliveries/${delivery.id}`)} title=${delivery.id}>${delivery.type}</a>` },
    { title: t("about"), cell: (delivery) => html`<${Subject} delivery=${delivery} caller=${caller} />` },
    { title: t("attempts_title"), number: true, cell: (delivery) => number(delivery.attempts) },
    { title: t("next_attempt"), cell: (delivery) => html`<span class="small">${delivery.next_attempt_at ? moment(delivery.next_attempt_at) : delivery.reason ? named("cause", delivery.reason) : "–"}</span>` },
    { title: t("created"), cell: (delivery) => html`<span class="small">${moment(delivery.created_at)}</span>` },
  ];
  return html`
    <section class="card stack">
      <div class="spread"><h2>${t("deliveries")}</h2>
        <label class="choice small"><span>${t("status")}</span>
          <select onChange=${(event) => go(at(here, { status: event.target.value }), { replace: true })}>
            <option value="">${t("every")}</option>
            ${STATUSES.map((name) => html`<option value=${name} selected=${name === status}>${named("status", name)}</option>`)}
          </select>
        </label>
      </div>
      <div class="row" role="status">
        ${chosen.length > 0 && html`
          <span>${t("chosen", { count: number(chosen.length) })}</span>
          <${Do} label=${t("replay")} act=${each("POST", ({ id }) => `/v1/deliveries/${id}/replay`, (delivery) => ENDED.has(delivery.status))} disabled=${!chosen.some((delivery) => ENDED.has(delivery.status))} />
        `}
        ${!chosen.length && told && html`<span class="muted">${told}</span>`}
      </div>
      <${List} label=${t("deliveries")} list=${list} columns=${columns} empty=${html`<${Nothing} title=${t("no_deliveries")} />`} />
    </section>
  `;
}

/** What a delivery is about, with the way there for who may see it. */
export function Subject({ delivery: { type, subject: id }, caller }) {
  const kind = type.split(".")[0];
  if (kind !== "endpoint" && !may(caller, "jobs:read")) return html`<span class="mono">${id}</span>`;
  return html`<a class="mono" href=${at(kind === "job" ? `/jobs/${encodeURIComponent(id)}` : kind === "batch" ? `/batches/${id}` : `/webhooks/${id}`)}>${id}</a>`;
}

// All jobs, newest first; what is chosen can be done to many at once.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { duration, instant, moment, named, number, t } from "../language.js";
import { at, go } from "../router.js";
import { Ask } from "../parts/dialog.js";
import { List } from "../parts/list.js";
import { StatusPill } from "../parts/pill.js";
import { useSelection } from "../parts/selection.js";
import { Nothing } from "../parts/states.js";
import { useList } from "../resource.js";

const STATUSES = ["scheduled", "queued", "running", "succeeded", "failed", "canceled", "expired"];
const FILTERS = ["status", "restaurant", "model", "error", "since", "until"];
const ENDED = new Set(["succeeded", "failed", "canceled", "expired"]);

export function Jobs({ query }) {
  const filter = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  const list = useList(
    async (token, signal) => {
      const page = await get("/v1/jobs", { ...filter, since: instant(filter.since), until: instant(filter.until), page_size: 50, page_token: token }, signal);
      return { items: page.jobs, next: page.next_page_token, backTo: page.looked_back_to };
    },
    [JSON.stringify(filter)],
    { everyMs: 3000, told: ["jobs"] },
  );
  const { chosen, column, told, each } = useSelection(list);
  const only = (name, value) => at("/jobs", { ...filter, [name]: value });
  const change = (name, value) => go(only(name, value), { replace: true });
  const path = (action) => ({ id }) => `/v1/jobs/${encodeURIComponent(id)}${action}`;
  const columns = [
    column,
    { title: t("status"), cell: (job) => html`<${StatusPill} status=${job.status} />` },
    { title: t("job"), cell: (job) => html`<a class="mono" href=${at(`/jobs/${encodeURIComponent(job.id)}`)}>${job.id}</a>` },
    { title: t("restaurant"), cell: (job) => (job.restaurant ? html`<a class="chosen" href=${at(`/restaurants/${job.restaurant}`)}>${job.restaurant}</a>` : "–") },
    { title: t("created"), cell: (job) => html`<span class="small">${moment(job.created_at)}</span>` },
    { title: t("took_short"), number: true, cell: (job) => duration(job.finished_at && Date.parse(job.finished_at) - Date.parse(job.created_at)) },
    { title: t("model"), cell: (job) => (job.model ? html`<a class="small whole" href=${only("model", `${job.model.name}/${job.model.version}`)}>${job.model.name} ${job.model.version}</a>` : "–") },
    { title: t("error"), cell: (job) => job.error && html`<a class="small" title=${named("error", job.error.code)} href=${only("error", job.error.code)}>${job.error.code}</a>` },
  ];
  const filtered = Object.values(filter).some(Boolean);
  const empty = filtered
    ? html`<${Nothing} title=${t("no_jobs_match")} />`
    : html`<${Nothing} title=${t("no_jobs")}><a href=${at("/try")}>${t("no_jobs_hint")}</a><//>`;

  return html`
    <div class="head">
      <div><h1>${t("nav_jobs")}</h1><p class="lead">${t("jobs_lead")}</p></div>
      <form class="filters" onSubmit=${(event) => (event.preventDefault(), go(at(`/jobs/${encodeURIComponent(event.target.id_.value.trim())}`)))}>
        <label class="field"><span>${t("open_by_id")}</span><input name="id_" class="mono" required placeholder="job_…" /></label>
        <button>${t("open")}</button>
      </form>
    </div>
    <section class="card stack">
      <div class="filters">
        <label class="field"><span>${t("status")}</span>
          <select value=${filter.status} onChange=${(event) => change("status", event.target.value)}>
            <option value="">${t("every")}</option>
            ${STATUSES.map((status) => html`<option value=${status} selected=${status === filter.status}>${named("status", status)}</option>`)}
          </select>
        </label>
        <label class="field"><span>${t("restaurant")}</span><input value=${filter.restaurant} onChange=${(event) => change("restaurant", event.target.value.trim())} /></label>
        <label class="field"><span>${t("model")}</span><input value=${filter.model} placeholder="kritiq-mini/1" onChange=${(event) => change("model", event.target.value.trim())} /></label>
        <label class="field"><span>${t("error")}</span><input value=${filter.error} placeholder="worker_lost" onChange=${(event) => change("error", event.target.value.trim())} /></label>
        <label class="field"><span>${t("from")}</span><input type="datetime-local" value=${filter.since} onChange=${(event) => change("since", event.target.value)} /></label>
        <label class="field"><span>${t("to")}</span><input type="datetime-local" value=${filter.until} onChange=${(event) => change("until", event.target.value)} /></label>
        ${filtered && html`<a class="button" href=${at("/jobs")}>${t("reset")}</a>`}
      </div>
      <div class="row" role="status">
        ${chosen.length > 0 && html`
          <span>${t("chosen", { count: number(chosen.length) })}</span>
          <${Ask} label=${t("retry")} title=${t("retry_many")} text=${t("retry_many_text")} danger=${false} act=${each("POST", path("/retry"), ({ status, archived }) => ENDED.has(status) && !archived)} />
          <${Ask} label=${t("cancel_job")} title=${t("cancel_many")} text=${t("cancel_many_text")} act=${each("POST", path("/cancel"), ({ status }) => !ENDED.has(status))} />
          <${Ask} label=${t("delete")} title=${t("delete_many")} text=${t("delete_many_text")} act=${each("DELETE", path(""), ({ status }) => ENDED.has(status))} />
        `}
        ${!chosen.length && told && html`<span class="muted">${told}</span>`}
      </div>
      <${List} label=${t("nav_jobs")} list=${list} columns=${columns} empty=${empty} />
    </section>
  `;
}

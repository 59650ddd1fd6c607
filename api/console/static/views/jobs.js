// All jobs, newest first; what is chosen can be done to many at once.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { call, get } from "../api.js";
import { duration, moment, named, number, t } from "../language.js";
import { at, go } from "../router.js";
import { Ask } from "../parts/dialog.js";
import { List } from "../parts/list.js";
import { StatusPill } from "../parts/pill.js";
import { Nothing } from "../parts/states.js";
import { useList } from "../resource.js";

const STATUSES = ["scheduled", "queued", "running", "succeeded", "failed", "canceled", "expired"];
const ENDED = new Set(["succeeded", "failed", "canceled", "expired"]);
const AT_ONCE = 4;

export function Jobs({ query }) {
  const filter = { status: query.get("status") ?? "", restaurant: query.get("restaurant") ?? "", since: query.get("since") ?? "", until: query.get("until") ?? "" };
  const list = useList(
    async (token, signal) => {
      const page = await get("/v1/jobs", { ...filter, since: instant(filter.since), until: instant(filter.until), page_size: 50, page_token: token }, signal);
      return { items: page.jobs, next: page.next_page_token };
    },
    [JSON.stringify(filter)],
    { everyMs: 3000 },
  );
  const [chosen, choose] = useState(new Set());
  const [told, tell] = useState("");
  const jobs = list.items.filter(({ id }) => chosen.has(id));

  const change = (name, value) => go(at("/jobs", { ...filter, [name]: value }), { replace: true });
  const toggle = (id) => choose((before) => (before.has(id) ? new Set([...before].filter((each) => each !== id)) : new Set([...before, id])));
  const all = () => choose((before) => (before.size ? new Set() : new Set(list.items.map(({ id }) => id))));

  const each = (method, path, wanted) => async () => {
    let done = 0;
    const failed = [];
    const queue = jobs.filter(wanted);
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let job = queue.shift(); job; job = queue.shift()) {
          try {
            await call(method, `/v1/jobs/${encodeURIComponent(job.id)}${path}`);
            done += 1;
          } catch (problem) {
            failed.push(`${job.id}: ${problem.message}`);
          }
        }
      }),
    );
    choose(new Set());
    tell([t("done_to", { count: done }), ...failed.slice(0, 3)].join(" "));
    list.reload();
  };

  const columns = [
    { title: html`<button type="button" class="plain" onClick=${all}>${chosen.size ? t("none") : t("all")}</button>`, cell: (job) => html`<input type="checkbox" aria-label=${t("choose", { id: job.id })} checked=${chosen.has(job.id)} onChange=${() => toggle(job.id)} />` },
    { title: t("status"), cell: (job) => html`<${StatusPill} status=${job.status} />` },
    { title: t("job"), cell: (job) => html`<a class="mono" href=${at(`/jobs/${encodeURIComponent(job.id)}`)}>${job.id}</a>` },
    { title: t("restaurant"), cell: (job) => (job.restaurant ? html`<a href=${at(`/restaurants/${job.restaurant}`)}>${job.restaurant}</a>` : "–") },
    { title: t("created"), cell: (job) => html`<span class="small">${moment(job.created_at)}</span>` },
    { title: t("took_short"), number: true, cell: (job) => duration(job.finished_at && Date.parse(job.finished_at) - Date.parse(job.created_at)) },
    { title: t("model"), cell: (job) => html`<span class="small">${job.model ? `${job.model.name} ${job.model.version}` : "–"}</span>` },
    { title: t("error"), cell: (job) => job.error && html`<span class="small" title=${job.error.message}>${job.error.code}</span>` },
  ];
  const empty = html`<${Nothing} title=${t("no_jobs")}><a href=${at("/try")}>${t("no_jobs_hint")}</a><//>`;

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
        <label class="field"><span>${t("from")}</span><input type="datetime-local" value=${filter.since} onChange=${(event) => change("since", event.target.value)} /></label>
        <label class="field"><span>${t("to")}</span><input type="datetime-local" value=${filter.until} onChange=${(event) => change("until", event.target.value)} /></label>
        ${Object.values(filter).some(Boolean) && html`<a class="button" href=${at("/jobs")}>${t("reset")}</a>`}
      </div>
      <div class="row" role="status">
        ${chosen.size > 0 && html`
          <span>${t("chosen", { count: number(chosen.size) })}</span>
          <${Ask} label=${t("retry")} title=${t("retry_many")} text=${t("retry_many_text")} danger=${false} act=${each("POST", "/retry", ({ status, archived }) => ENDED.has(status) && !archived)} />
          <${Ask} label=${t("cancel_job")} title=${t("cancel_many")} text=${t("cancel_many_text")} act=${each("POST", "/cancel", ({ status }) => !ENDED.has(status))} />
          <${Ask} label=${t("delete")} title=${t("delete_many")} text=${t("delete_many_text")} act=${each("DELETE", "", ({ status }) => ENDED.has(status))} />
        `}
        ${!chosen.size && told && html`<span class="muted">${told}</span>`}
      </div>
      <${List} label=${t("nav_jobs")} list=${list} columns=${columns} empty=${empty} />
    </section>
  `;
}

/** What the person chose, in their own zone, as the API reads times. */
const instant = (local) => (local ? new Date(local).toISOString() : "");

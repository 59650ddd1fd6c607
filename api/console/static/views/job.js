// One job: its course, what was found, its deliveries, and what can be done with it.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { call, get } from "../api.js";
import { useFollowed } from "../followed.js";
import { duration, moment, named, number, t } from "../language.js";
import { at, go } from "../router.js";
import { may } from "../session.js";
import { Copy } from "../parts/copy.js";
import { Judged } from "../parts/correction.js";
import { Ask, Do } from "../parts/dialog.js";
import { List } from "../parts/list.js";
import { StatusPill, tone } from "../parts/pill.js";
import { ProblemNote, Shown } from "../parts/states.js";
import { useList, useResource } from "../resource.js";

export function Job({ id, caller }) {
  const path = `/v1/jobs/${encodeURIComponent(id)}`;
  const resource = useFollowed(path, "job");
  return html`
    <div class="head">
      <div>
        <p class="crumb"><a href=${at("/jobs")}>${t("nav_jobs")}</a></p>
        <h1 class="mono">${id}</h1>
      </div>
    </div>
    <${Shown} resource=${resource}>${(job) => html`<${Details} job=${job} path=${path} reload=${resource.reload} caller=${caller} />`}<//>
  `;
}

function Details({ job, path, reload, caller }) {
  const [told, tell] = useState(null);
  // The archive keeps no attempts.
  const course = useResource((signal) => (job.archived ? null : get(`${path}/course`, {}, signal)), [job.id, job.status, job.attempt]);
  const trace = course.data?.trace;
  const retry = async () => {
    const again = await call("POST", `${path}/retry`);
    go(at(`/jobs/${encodeURIComponent(again.id)}`));
  };
  const cancel = async () => {
    await call("POST", `${path}/cancel`);
    tell(t("cancel_asked"));
    reload();
  };
  const remove = async () => {
    await call("DELETE", path);
    go(at("/jobs"));
  };
  return html`
    <div class="stack">
      <section class="card">
        <div class="spread">
          <span class="row"><${StatusPill} status=${job.status} /> ${told && html`<span class="muted" role="status">${told}</span>`}</span>
          <span class="row">
            ${job.finished_at && !job.archived && html`<${Do} label=${t("retry")} act=${retry} />`}
            ${!job.finished_at && html`<${Do} label=${t("cancel_job")} act=${cancel} disabled=${job.cancel_requested} />`}
            ${job.finished_at && html`<${Ask} label=${t("delete")} title=${t("delete_job")} text=${t("delete_job_text")} act=${remove} />`}
          </span>
        </div>
        ${job.error && html`<p class="problem"><strong>${named("error", job.error.code)}</strong> <span lang="en">${job.error.message}</span></p>`}
        ${course.problem && html`<${ProblemNote} problem=${course.problem} retry=${course.reload} />`}
        <div class="two">
          <${Course} job=${job} attempts=${course.data?.attempts ?? []} />
          <dl class="facts small">
            <dt>${t("restaurant")}</dt><dd>${job.restaurant ? html`<a href=${at(`/restaurants/${job.restaurant}`)}>${job.restaurant}</a>` : "–"}</dd>
            <dt>${t("reviewed")}</dt><dd>${moment(job.reviewed_at)}</dd>
            <dt>${t("priority")}</dt><dd>${named("priority", job.priority)}</dd>
            <dt>${t("model")}</dt><dd>${job.model ? `${job.model.name} ${job.model.version}` : "–"}</dd>
            <dt>${t("attempt")}</dt><dd>${job.attempt}</dd>
            <dt>${t("kept_until")}</dt><dd>${moment(job.expires_at)}</dd>
            ${trace && html`<dt>${t("trace")}</dt><dd class="mono">${trace.url ? html`<a href=${trace.url} rel="noreferrer">${trace.id}</a>` : trace.id}</dd>`}
            ${job.retry_of && html`<dt>${t("retry_of")}</dt><dd><a class="mono" href=${at(`/jobs/${encodeURIComponent(job.retry_of)}`)}>${job.retry_of}</a></dd>`}
            ${job.metadata && html`<dt>${t("metadata")}</dt><dd class="mono">${JSON.stringify(job.metadata)}</dd>`}
          </dl>
        </div>
      </section>
      ${job.result && html`
        <section class="card"><div class="spread"><h2>${t("result")}</h2><span class="muted small">${named("language", job.result.language)}</span></div>
          <${Judged} job=${job} caller=${caller} />
        </section>
      `}
      ${may(caller, "webhooks:manage") && html`<${Deliveries} job=${job} />`}
      <section class="card">
        <details><summary>${t("raw")}</summary><div class="row end"><${Copy} text=${JSON.stringify(job, null, 2)} /></div><pre tabindex="0">${JSON.stringify(job, null, 2)}</pre></details>
      </section>
    </div>
  `;
}

/** Where a job stands in its queue, or which version of a model it waits for that no worker serves. */
function waiting(queue) {
  if (queue.waits_for) return t("step_waits_for", { model: queue.waits_for });
  return t("step_waits", { position: number(queue.position), eta: queue.eta_s === null ? "?" : duration(queue.eta_s * 1000) });
}

/** From its making to its end, with how long each part took. */
function Course({ job, attempts }) {
  const { timings } = job;
  const parts = timings.inference_ms === null ? "" : t("parts", {
    tokenize: duration(timings.tokenize_ms), wait: duration(timings.wait_ms), inference: duration(timings.inference_ms), store: duration(timings.store_ms),
  });
  const judged = job.progress ? `. ${t("sentences_judged", { done: number(job.progress.done), count: number(job.progress.total) })}` : "";
  const last = attempts.find(({ number }) => number === job.attempt);
  // One that waits again has the time at which its last attempt began.
  const begun = job.started_at && (last || job.attempt === 1 || !attempts.length);
  const steps = [
    { at: job.created_at, name: t("step_created") },
    job.not_before && !job.started_at && { at: job.not_before, name: t("step_due") },
    job.queue && { at: job.queue.as_of, name: waiting(job.queue), status: "running" },
    ...attempts.filter(({ number }) => number < job.attempt).flatMap(attempted),
    begun && { at: job.started_at, name: [t("step_started", { queue: duration(timings.queue_ms), attempt: job.attempt }) + judged, last?.worker].filter(Boolean).join(" · ") },
    last?.end === "lost" && { at: last.ended_at, name: named("attempt_end", last.end), status: "failed" },
    job.finished_at && { at: job.finished_at, name: `${named("status", job.status)}. ${parts}`, status: job.status },
  ].filter(Boolean);
  return html`
    <ol class="course" aria-label=${t("course")}>
      ${steps.map((step) => html`<li data-tone=${step.status && tone(step.status)}><span class="small muted">${moment(step.at)}</span><span>${step.name}</span></li>`)}
    </ol>
  `;
}

/** An attempt that came to nothing. */
const attempted = ({ number, started_at, ended_at, end, worker }) => [
  { at: started_at, name: [t("step_attempt", { number }), worker].filter(Boolean).join(" · ") },
  { at: ended_at, name: named("attempt_end", end), status: end === "lost" ? "failed" : "canceled" },
];

function Deliveries({ job }) {
  const list = useList(
    async (token, signal) => {
      const page = await get("/v1/deliveries", { job: job.id, page_size: 20, page_token: token }, signal);
      return { items: page.deliveries, next: page.next_page_token, backTo: page.looked_back_to };
    },
    [job.id, job.status],
    { everyMs: 5000, told: ["deliveries"] },
  );
  if (!list.problem && !list.items.length && !list.next) return null;
  const columns = [
    { title: t("status"), cell: ({ status }) => html`<${StatusPill} status=${status} />` },
    { title: t("delivery"), cell: ({ id }) => html`<a class="mono" href=${at(`/deliveries/${id}`)}>${id}</a>` },
    { title: t("event"), cell: ({ type, reason }) => [type, reason && named("cause", reason)].filter(Boolean).join(" · ") },
    { title: t("attempts_title"), cell: ({ attempts: count }) => t("attempts", { count: number(count) }) },
  ];
  return html`<section class="card stack"><h2>${t("deliveries")}</h2><${List} label=${t("deliveries")} list=${list} columns=${columns} /></section>`;
}

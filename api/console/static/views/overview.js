// How busy it is, with what, and what needs a person.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { duration, named, number, percent, t } from "../language.js";
import { may, operates } from "../session.js";
import { Activity } from "../parts/activity.js";
import { Attention } from "../parts/attention.js";
import { Shown } from "../parts/states.js";
import { useResource } from "../resource.js";

export function Overview({ caller }) {
  const queue = useResource((signal) => get("/v1/queue", {}, signal), [], { everyMs: 2000, told: ["queue"] });
  const workers = useResource((signal) => get("/v1/models", {}, signal), [], { everyMs: 5000, told: ["models", "queue"] });
  // Numbers of all organisations, which the other ones' are no business of.
  const oldest = useResource((signal) => (may(caller, "admin") ? get("/v1/activity", {}, signal) : null), [], { everyMs: 10_000 });
  return html`
    <div class="head"><div><h1>${t("nav_overview")}</h1><p class="lead">${t("overview_lead")}</p></div></div>
    <div class="stack">
      <${Shown} resource=${queue}>${(backlog) => html`<${Backlog} backlog=${backlog} oldest=${oldest.data?.oldest_s} />`}<//>
      <${Attention} caller=${caller} />
      ${may(caller, "admin") && html`<${Activity} />`}
      <section class="card"><h2>${t("workers")}</h2>
        <${Shown} resource=${workers} empty=${({ models }) => (models.length ? null : html`<p class="problem">${t("no_workers")}</p>`)}>
          ${({ models }) => operates(caller) ? html`<${Workers} />` : html`
            <ul class="stack">${models.map((loaded) => html`
              <li class="spread"><span>${loaded.name} ${loaded.version}</span><span class="muted">${t("workers_on", { count: number(loaded.workers), devices: loaded.devices.join(", ") })}</span></li>
            `)}</ul>
          `}
        <//>
      </section>
    </div>
  `;
}

/** Each one, for whoever looks after them all. */
function Workers() {
  const found = useResource((signal) => get("/v1/workers", {}, signal), [], { everyMs: 5000, told: ["queue"], alsoElse: true });
  return html`<${Shown} resource=${found}>${({ workers }) => html`
    <div class="table" tabindex="0" role="region" aria-label=${t("workers")}>
      <table>
        <thead><tr><th scope="col">${t("worker")}</th><th scope="col">${t("model")}</th><th scope="col">${t("device")}</th><th scope="col" class="number">${t("batch_size")}</th><th scope="col" class="number">${t("busy")}</th></tr></thead>
        <tbody>
          ${workers.map((each) => html`
            <tr><td class="mono small">${each.worker}</td><td>${each.model.replace("/", " ")}</td><td>${each.device}</td><td class="number">${each.batch_sentences === null ? "–" : number(each.batch_sentences, 1)}</td><td class="number">${each.busy === null ? "–" : percent(each.busy)}</td></tr>
          `)}
        </tbody>
      </table>
    </div>
    <p class="small muted">${t("workers_lately")}</p>
  `}<//>`;
}

function Backlog({ backlog, oldest }) {
  const waiting = Object.values(backlog.waiting).reduce((sum, { jobs }) => sum + jobs, 0) + backlog.celery;
  return html`
    <dl class="figures">
      <div><dt>${t("waiting")}</dt><dd>${number(waiting)}<small>${t("jobs_unit")}</small></dd></div>
      <div><dt>${t("running")}</dt><dd>${number(backlog.running_sentences)}<small>${t("sentences_unit")}</small></dd></div>
      <div><dt>${t("rate")}</dt><dd>${backlog.sentences_per_second === null ? "–" : number(backlog.sentences_per_second)}<small>${t("rate_unit")}</small></dd></div>
      <div><dt>${t("done_in")}</dt><dd>${backlog.eta_s === null ? "–" : duration(backlog.eta_s * 1000)}<small>${t("estimated")}</small></dd></div>
      <div><dt>${t("scheduled")}</dt><dd>${number(backlog.scheduled.jobs)}<small>${t("jobs_unit")}</small></dd></div>
      <div><dt>${t("workers")}</dt><dd>${number(backlog.workers)}</dd></div>
    </dl>
    <section class="card"><h2>${t("queues")}</h2>
      <div class="table" tabindex="0" role="region" aria-label=${t("queues")}>
        <table>
          <thead><tr><th scope="col">${t("queue")}</th><th scope="col" class="number">${t("nav_jobs")}</th><th scope="col" class="number">${t("usage_sentences")}</th>${oldest && html`<th scope="col" class="number">${t("oldest")}</th>`}</tr></thead>
          <tbody>
            ${Object.entries(backlog.waiting).map(([name, level]) => html`
              <tr><td>${named("queue", name)}</td><td class="number">${number(level.jobs)}</td><td class="number">${number(level.sentences)}</td>${oldest && html`<td class="number">${waited(oldest[name])}</td>`}</tr>
            `)}
            <tr><td>${named("queue", "celery")}</td><td class="number">${number(backlog.celery)}</td><td class="number">–</td>${oldest && html`<td class="number">–</td>`}</tr>
          </tbody>
        </table>
      </div>
    </section>
  `;
}

const waited = (seconds) => (seconds ? duration(Math.round(seconds * 1000)) : "–");

// One delivery: each attempt with what the receiver answered.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { call, get } from "../api.js";
import { duration, moment, named, t } from "../language.js";
import { at } from "../router.js";
import { Subject } from "../parts/delivery_list.js";
import { Copy } from "../parts/copy.js";
import { Do } from "../parts/dialog.js";
import { StatusPill } from "../parts/pill.js";
import { Nothing, ProblemNote, Shown } from "../parts/states.js";
import { may } from "../session.js";
import { useResource } from "../resource.js";

const ENDED = new Set(["succeeded", "failed", "dropped"]);

export function Delivery({ id, caller }) {
  const resource = useResource((signal) => get(`/v1/deliveries/${id}`, {}, signal), [id], { everyMs: 3000, told: ["deliveries"] });
  const replay = async () => {
    await call("POST", `/v1/deliveries/${id}/replay`);
    resource.reload();
  };
  return html`
    <div class="head"><div><p class="crumb"><a href=${at("/webhooks")}>${t("nav_webhooks")}</a></p><h1 class="mono">${id}</h1></div></div>
    <${Shown} resource=${resource}>
      ${(delivery) => html`
        <div class="stack">
          <section class="card">
            <div class="spread">
              <span class="row"><${StatusPill} status=${delivery.status} />${delivery.reason && html`<span>${named("cause", delivery.reason)}</span>`}</span>
              ${ENDED.has(delivery.status) && html`<${Do} label=${t("replay")} act=${replay} />`}
            </div>
            <dl class="facts small">
              <dt>${t("event")}</dt><dd>${delivery.type}</dd>
              <dt>${t("about")}</dt><dd><${Subject} delivery=${delivery} caller=${caller} /></dd>
              <dt>${t("endpoint")}</dt><dd>${delivery.endpoint ? html`<a class="mono" href=${at(`/webhooks/${delivery.endpoint}`)}>${delivery.endpoint}</a>` : t("one_off")}</dd>
              <dt>${t("created")}</dt><dd>${moment(delivery.created_at)}</dd>
              <dt>${t("next_attempt")}</dt><dd>${moment(delivery.next_attempt_at)}</dd>
            </dl>
          </section>
          ${(may(caller, "jobs:read") || caller.by_link) && html`<${Sent} id=${id} about=${delivery.status} />`}
          <section class="card"><h2>${t("attempts_title")}</h2>
            ${delivery.log.length
              ? html`<ol class="course">${delivery.log.map((attempt) => html`<${Attempt} attempt=${attempt} />`)}</ol>`
              : html`<${Nothing} title=${t("no_attempts")} />`}
          </section>
        </div>
      `}
    <//>
  `;
}

/** What the receiver gets, asked for by whoever wants to see it. */
function Sent({ id, about }) {
  const [open, show] = useState(false);
  const found = useResource((signal) => (open ? get(`/v1/deliveries/${id}/request`, {}, signal) : null), [id, open, open && about]);
  return html`
    <section class="card">
      <details onToggle=${(event) => show(event.target.open)}>
        <summary>${t("request")}</summary>
        ${found.problem?.passes && html`<${ProblemNote} problem=${found.problem} retry=${found.reload} />`}
        ${found.problem && !found.problem.passes && html`<p class="muted">${t(found.problem.status === 410 ? "request_gone" : "request_unknown")}</p>`}
        ${found.data && html`
          <p class="small muted">${t("request_headers", { names: found.data.headers.join(", ") })}</p>
          ${found.data.texts_left_out && html`<p class="small muted">${t("request_without_texts")}</p>`}
          <div class="row end"><${Copy} text=${found.data.body} /></div>
          <pre tabindex="0">${JSON.stringify(JSON.parse(found.data.body), null, 2)}</pre>
        `}
      </details>
    </section>
  `;
}

function Attempt({ attempt }) {
  const good = attempt.error === null;
  return html`
    <li data-tone=${good ? "positive" : "negative"}>
      <span class="small muted">${moment(attempt.started_at)}</span>
      <div class="stack">
        <span>${t("attempt_number", { number: attempt.number })} · ${named("trigger", attempt.trigger)} · ${attempt.status ?? named("cause", attempt.error)} · ${duration(attempt.duration_ms)}</span>
        ${attempt.answer && html`<details class="small" open=${!good}><summary>${t("answer")}</summary><pre tabindex="0">${attempt.answer}</pre></details>`}
        ${attempt.next_attempt_at && html`<span class="small muted">${t("again_at", { at: moment(attempt.next_attempt_at) })}</span>`}
      </div>
    </li>
  `;
}

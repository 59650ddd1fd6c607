// One endpoint: how it fares, what it gets, and what can be done with it.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { call, get, post } from "../api.js";
import { instant, moment, named, number, t } from "../language.js";
import { at, go } from "../router.js";
import { useBusy } from "../parts/busy.js";
import { DeliveryList } from "../parts/delivery_list.js";
import { Ask, Dialog, Do } from "../parts/dialog.js";
import { EndpointForm } from "../parts/endpoint_form.js";
import { StatusPill } from "../parts/pill.js";
import { ProblemNote, Shown } from "../parts/states.js";
import { VerifyCode } from "../parts/verify_code.js";
import { Secret } from "./webhooks.js";
import { OF_ENDPOINTS, useResource } from "../resource.js";

export function Endpoint({ id, query, caller }) {
  const path = `/v1/endpoints/${id}`;
  const resource = useResource((signal) => get(path, {}, signal), [id], { everyMs: 5000, told: OF_ENDPOINTS });
  return html`
    <div class="head"><div><p class="crumb"><a href=${at("/webhooks")}>${t("nav_webhooks")}</a></p><h1>${resource.data?.description || html`<span class="mono">${id}</span>`}</h1></div></div>
    <div class="stack">
      <${Shown} resource=${resource}>${(endpoint) => html`<${Details} caller=${caller} endpoint=${endpoint} path=${path} reload=${resource.reload} />`}<//>
      <${DeliveryList} query=${query} caller=${caller} here=${`/webhooks/${id}`} filter=${{ endpoint: id }} />
    </div>
  `;
}

function Details({ caller, endpoint, path, reload }) {
  const [editing, setEditing] = useState(false);
  const [recovering, setRecovering] = useState(false);
  const [secret, setSecret] = useState(null);
  const [told, tell] = useState("");
  const { health } = endpoint;
  const after = (text, act) => async () => {
    await act();
    tell(text);
    reload();
  };
  const save = async (body) => {
    await call("PATCH", path, { body });
    setEditing(false);
    reload();
  };
  const rotate = async () => setSecret({ ...endpoint, ...(await post(`${path}/rotate`, {})) });
  const remove = async () => {
    await call("DELETE", path);
    go(at("/webhooks"));
  };
  return html`
    ${secret && html`<${Secret} endpoint=${secret} />`}
    <section class="card stack">
      <div class="spread">
        <span class="row"><${StatusPill} status=${endpoint.enabled ? "enabled" : "disabled"} />${endpoint.disabled_reason && html`<span>${named("disabled", endpoint.disabled_reason)}</span>`}</span>
        <span class="row">
          <${Do} label=${t("ping")} act=${after(t("ping_sent"), () => call("POST", `${path}/ping`))} disabled=${!endpoint.enabled} />
          <button type="button" onClick=${() => setEditing(true)}>${t("edit")}</button>
          <button type="button" onClick=${() => setRecovering(true)} disabled=${!endpoint.enabled}>${t("recover")}</button>
          <${Ask} label=${t("rotate")} title=${t("rotate_title")} text=${t("rotate_text")} danger=${false} act=${rotate} />
          ${endpoint.enabled
            ? html`<${Ask} label=${t("disable")} title=${t("disable_title")} text=${t("disable_text")} act=${after("", () => call("PATCH", path, { body: { enabled: false } }))} />`
            : html`<${Do} label=${t("enable")} first=${true} act=${after("", () => call("POST", `${path}/enable`))} />`}
          <${Ask} label=${t("delete")} title=${t("delete_endpoint")} text=${t("delete_endpoint_text")} act=${remove} />
        </span>
      </div>
      ${told && html`<p class="muted" role="status">${told}</p>`}
      <div class="two">
        <dl class="facts small">
          <dt>URL</dt><dd class="mono">${endpoint.url}</dd>
          <dt>${t("events")}</dt><dd>${endpoint.events.join(", ")}</dd>
          <dt>${t("restaurants")}</dt><dd>${endpoint.restaurants.join(", ") || t("every")}</dd>
          <dt>${t("include_text")}</dt><dd>${endpoint.include_text ? t("yes") : t("no")}</dd>
          <dt>${t("signature")}</dt><dd>${endpoint.signature}${endpoint.public_keys.map((each) => html`<div class="mono">${each}</div>`)}</dd>
        </dl>
        ${health && html`
          <dl class="facts small">
            <dt>${t("waiting_deliveries")}</dt><dd>${number(health.pending)}</dd>
            <dt>${t("failures_in_a_row")}</dt><dd>${number(health.consecutive_failures)}</dd>
            <dt>${t("last_success")}</dt><dd>${moment(health.last_success_at)}</dd>
            <dt>${t("last_failure")}</dt><dd>${moment(health.last_failure_at)}</dd>
            ${health.held_until && html`<dt>${t("held_until")}</dt><dd>${moment(health.held_until)}</dd>`}
          </dl>
        `}
      </div>
      <details class="small"><summary>${t("verify")}</summary><${VerifyCode} signature=${endpoint.signature} /></details>
    </section>
    ${editing && html`<${Dialog} title=${t("edit")} onClose=${() => setEditing(false)}><${EndpointForm} caller=${caller} endpoint=${endpoint} save=${save} label=${t("save")} /><//>`}
    ${recovering && html`<${Recover} path=${path} close=${() => setRecovering(false)} tell=${tell} />`}
  `;
}

function Recover({ path, close, tell }) {
  const { busy, problem, run } = useBusy();
  const submit = (event) => {
    event.preventDefault();
    const { since, until } = event.target;
    run(async () => {
      const { recovered } = await post(`${path}/recover`, { since: instant(since.value), until: instant(until.value) || null });
      tell(t("recovered", { count: number(recovered) }));
      close();
    });
  };
  return html`
    <${Dialog} title=${t("recover")} onClose=${close}>
      <form onSubmit=${submit}>
        <p>${t("recover_text")}</p>
        <label class="field"><span>${t("from")}</span><input name="since" type="datetime-local" required /></label>
        <label class="field"><span>${t("to")}</span><input name="until" type="datetime-local" /></label>
        ${problem && html`<${ProblemNote} problem=${problem} />`}
        <div class="row end"><button type="button" onClick=${close}>${t("cancel")}</button><button class="first" aria-disabled=${busy}>${t("recover")}</button></div>
      </form>
    <//>
  `;
}

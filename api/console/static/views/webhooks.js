// Endpoints, and everything that was sent to them.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { get, post } from "../api.js";
import { t } from "../language.js";
import { at } from "../router.js";
import { Copy } from "../parts/copy.js";
import { Dialog } from "../parts/dialog.js";
import { EndpointForm } from "../parts/endpoint_form.js";
import { DeliveryList } from "../parts/delivery_list.js";
import { StatusPill } from "../parts/pill.js";
import { Nothing, Shown } from "../parts/states.js";
import { VerifyCode } from "../parts/verify_code.js";
import { WebhookLinks } from "../parts/webhook_links.js";
import { OF_ENDPOINTS, useResource } from "../resource.js";

export function Webhooks({ query, caller }) {
  const endpoints = useResource((signal) => get("/v1/endpoints", {}, signal), [], { everyMs: 5000, told: OF_ENDPOINTS });
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState(null);
  const make = async (body) => {
    setMade(await post("/v1/endpoints", body));
    setMaking(false);
    endpoints.reload();
  };
  return html`
    <div class="head">
      <div><h1>${t("nav_webhooks")}</h1><p class="lead">${t("webhooks_lead")}</p></div>
      <button type="button" class="first" onClick=${() => setMaking(true)}>${t("endpoint_new")}</button>
    </div>
    <div class="stack">
      ${made && html`<${Secret} endpoint=${made} />`}
      <section class="card stack">
        <h2>${t("endpoints")}</h2>
        <${Shown} resource=${endpoints} empty=${({ endpoints: all }) => (all.length ? null : html`<${Nothing} title=${t("no_endpoints")}>${t("no_endpoints_hint")}<//>`)}>
          ${({ endpoints: all }) => html`
            <div class="table" tabindex="0" role="region" aria-label=${t("endpoints")}>
              <table>
                <thead><tr><th scope="col">${t("status")}</th><th scope="col">URL</th><th scope="col">${t("events")}</th><th scope="col">${t("restaurants")}</th></tr></thead>
                <tbody>${all.map((endpoint) => html`
                  <tr key=${endpoint.id}>
                    <td><${StatusPill} status=${endpoint.enabled ? "enabled" : "disabled"} /></td>
                    <td><a class="chosen" href=${at(`/webhooks/${endpoint.id}`)}>${endpoint.description || endpoint.url}</a>${endpoint.description && html`<div><span class="small muted mono chosen">${endpoint.url}</span></div>`}</td>
                    <td class="small">${endpoint.events.join(", ")}</td>
                    <td class="small"><span class="chosen">${endpoint.restaurants.join(", ") || t("every")}</span></td>
                  </tr>`)}
                </tbody>
              </table>
            </div>
          `}
        <//>
      </section>
      ${!caller.by_link && html`<${WebhookLinks} caller=${caller} />`}
      <${DeliveryList} query=${query} caller=${caller} here="/webhooks" filter=${{}} />
    </div>
    ${making && html`<${Dialog} title=${t("endpoint_new")} onClose=${() => setMaking(false)}><${EndpointForm} caller=${caller} save=${make} label=${t("make")} /><//>`}
  `;
}

/** A secret is shown once, when it is made, with what the receiver does with it. */
export function Secret({ endpoint }) {
  return html`
    <section class="good stack">
      <h2>${t("secret_title")}</h2>
      <p>${endpoint.secret ? t("secret_once") : t("secret_none")}</p>
      ${endpoint.secret && html`<div class="row"><code class="mono">${endpoint.secret}</code><${Copy} text=${endpoint.secret} /></div>`}
      <${VerifyCode} signature=${endpoint.signature} />
    </section>
  `;
}

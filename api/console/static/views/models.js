import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { number, t } from "../language.js";
import { Nothing, Shown } from "../parts/states.js";
import { useResource } from "../resource.js";

export function Models() {
  const resource = useResource((signal) => get("/v1/models", {}, signal), [], { everyMs: 5000 });
  return html`
    <div class="head"><div><h1>${t("nav_models")}</h1><p class="lead">${t("models_lead")}</p></div></div>
    <${Shown} resource=${resource} empty=${({ models }) => (models.length ? null : html`<${Nothing} title=${t("no_models")}>${t("no_models_hint")}<//>`)}>
      ${({ models }) => html`
        <div class="two">
          ${models.map((loaded) => html`
            <section class="card" key=${`${loaded.name} ${loaded.version}`}>
              <h2>${loaded.name} <span class="muted">${loaded.version}</span></h2>
              <dl class="facts small">
                <dt>${t("workers")}</dt><dd>${number(loaded.workers)}</dd>
                <dt>${t("devices")}</dt><dd>${loaded.devices.join(", ")}</dd>
              </dl>
            </section>
          `)}
        </div>
      `}
    <//>
  `;
}

// The organisation's API keys.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { call, get, post } from "../api.js";
import { moment, t } from "../language.js";
import { useBusy } from "../parts/busy.js";
import { Copy } from "../parts/copy.js";
import { Ask, Dialog } from "../parts/dialog.js";
import { StatusPill } from "../parts/pill.js";
import { chosenRestaurants, RestaurantChoice } from "../parts/restaurant_choice.js";
import { Nothing, ProblemNote, Shown } from "../parts/states.js";
import { useResource } from "../resource.js";

const PRIORITIES = ["high", "normal", "bulk"];
const SCOPES = ["jobs:read", "jobs:write", "webhooks:manage", "models:manage", "admin"];

export function Keys({ caller }) {
  const resource = useResource((signal) => get("/v1/keys", {}, signal), [], { everyMs: 5000, told: ["keys"] });
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState(null);
  const made = (key) => {
    setShown(key);
    setMaking(false);
    resource.reload();
  };
  return html`
    <div class="head">
      <div><h1>${t("nav_keys")}</h1><p class="lead">${t("keys_lead")}</p></div>
      <button type="button" class="first" onClick=${() => setMaking(true)}>${t("key_new")}</button>
    </div>
    <div class="stack">
      ${shown && html`
        <section class="good stack" role="status"><p>${t("key_once")}</p><div class="row"><code class="mono">${shown.key}</code><${Copy} text=${shown.key} /></div></section>
      `}
      <section class="card">
        <${Shown} resource=${resource} empty=${({ keys }) => (keys.length ? null : html`<${Nothing} title=${t("no_keys")} />`)}>
          ${({ keys }) => html`
            <div class="table" tabindex="0" role="region" aria-label=${t("nav_keys")}>
              <table>
                <thead><tr>${["key", "scopes", "restaurants", "created", "last_used", "expires"].map((name) => html`<th scope="col">${t(name)}</th>`)}<th scope="col"><span class="hidden-text">${t("actions")}</span></th></tr></thead>
                <tbody>${keys.map((key) => html`<${Row} key=${key.id} item=${key} made=${made} reload=${resource.reload} />`)}</tbody>
              </table>
            </div>
          `}
        <//>
      </section>
    </div>
    ${making && html`<${Dialog} title=${t("key_new")} onClose=${() => setMaking(false)}><${KeyForm} caller=${caller} made=${made} /><//>`}
  `;
}

function Row({ item, made, reload }) {
  const path = `/v1/keys/${item.id}`;
  const revoke = async () => {
    await call("DELETE", path);
    reload();
  };
  return html`
    <tr>
      <td><span class="chosen">${item.name || "–"}</span><div class="mono small muted">${item.id}</div></td>
      <td class="small">${item.scopes.join(", ")}${item.priorities && html`<div class="muted">${t("priorities")}: ${item.priorities.map((name) => t(`priority_${name}`)).join(", ")}</div>`}</td>
      <td class="small">${item.restaurants.join(", ") || t("every")}</td>
      <td class="small">${moment(item.created_at)}</td>
      <td class="small">${moment(item.last_used_at)}</td>
      <td class="small">${item.revoked_at ? html`<${StatusPill} status="revoked" />` : moment(item.expires_at)}</td>
      <td>${!item.revoked_at && html`
        <span class="row end">
          <${Ask} label=${t("rotate")} title=${t("key_rotate")} text=${t("key_rotate_text")} danger=${false} act=${async () => made(await post(`${path}/rotate`, {}))} />
          <${Ask} label=${t("revoke")} title=${t("key_revoke")} text=${t("key_revoke_text")} act=${revoke} />
        </span>`}
      </td>
    </tr>
  `;
}

function KeyForm({ caller, made }) {
  const { busy, problem, run } = useBusy();
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const days = Number(form.get("days"));
    const priorities = form.getAll("priorities");
    run(async () => made(await post("/v1/keys", {
      name: form.get("name").trim(),
      scopes: form.getAll("scopes"),
      restaurants: chosenRestaurants(form),
      ...(priorities.length < PRIORITIES.length && { priorities }),
      kind: form.has("test") ? "test" : "live",
      ...(days && { expires_in_s: days * 86_400 }),
    })));
  };
  return html`
    <form class="stack" onSubmit=${submit}>
      <label class="field"><span>${t("name")}</span><input name="name" maxlength="100" /></label>
      <fieldset class="stack"><legend>${t("scopes")}</legend>
        ${SCOPES.map((scope) => html`<label class="choice"><input type="checkbox" name="scopes" value=${scope} defaultChecked=${scope.startsWith("jobs")} /><span>${scope} <span class="muted small">${t(`scope_${scope.replace(":", "_")}`)}</span></span></label>`)}
      </fieldset>
      <fieldset class="row"><legend>${t("priorities")}</legend>
        ${PRIORITIES.map((name) => html`<label class="choice"><input type="checkbox" name="priorities" value=${name} defaultChecked=${true} />${t(`priority_${name}`)}</label>`)}
      </fieldset>
      <${RestaurantChoice} caller=${caller} />
      <label class="field"><span>${t("days_good")}</span><input name="days" type="number" min="1" max="3650" /></label>
      <label class="choice"><input type="checkbox" name="test" />${t("key_test")}</label>
      ${problem && html`<${ProblemNote} problem=${problem} />`}
      <div class="row end"><button class="first" aria-disabled=${busy}>${t("make")}</button></div>
    </form>
  `;
}

// In which workers a version of a model is in memory, and what loads it there or takes it out.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { call, get } from "../api.js";
import { moment, named, number, t } from "../language.js";
import { useResource } from "../resource.js";
import { Ask, Do } from "./dialog.js";
import { Reasons } from "./reasons.js";
import { ProblemNote } from "./states.js";

const TONES = { loaded: "positive", failed: "negative", done: "positive", refused: "conflict", gone: "negative" };

/** `loaded` as `GET /v1/models` lists it to whoever looks after the deployment; `reload` looks again. */
export function ModelMemory({ loaded, reload }) {
  const { id, name, version, serving } = loaded;
  const [asked, setAsked] = useState(null);
  const resource = useResource((signal) => (asked ? get(`/v1/operations/${asked}`, {}, signal) : Promise.resolve(null)), [asked], { everyMs: 5000, told: ["models"] });
  const ask = (action) => async () => {
    const operation = await call("POST", `/v1/models/${encodeURIComponent(name)}/${action}`, { body: { version } });
    setAsked(operation.id);
    reload();
  };
  const operation = resource.data;
  const states = new Map(operation?.workers.map((each) => [each.worker, each]));
  return html`
    <div class="table" tabindex="0" role="region" aria-label=${t("memory_of", { version: id })}>
      <table>
        <thead><tr>
          <th scope="col">${t("memory_worker")}</th><th scope="col">${t("memory_state")}</th>
          <th scope="col">${t("memory_since")}</th><th scope="col" class="number">${t("memory_size")}</th>
        </tr></thead>
        <tbody>${serving.map((each) => html`
          <tr key=${each.worker}>
            <th scope="row">${each.worker}</th>
            <td>
              <span class="pill" data-tone=${TONES[each.state] ?? "neutral"}>${named("memory", each.state)}</span>
              ${states.has(each.worker) && html`<${Progress} action=${operation.action} of=${states.get(each.worker)} />`}
              ${each.error && html`<div class="small" lang="en">${each.error}</div>`}
            </td>
            <td>${moment(each.since)}</td><td class="number">${number(each.bytes / 1e6)}</td>
          </tr>
        `)}</tbody>
      </table>
    </div>
    ${resource.problem && html`<${ProblemNote} problem=${resource.problem} retry=${resource.reload} />`}
    <div class="row">
      <${Do} label=${t("memory_load")} act=${ask("load")} />
      <${Ask} label=${t("memory_unload")} title=${t("memory_unload")} text=${t("memory_unload_text", { version: id })} act=${ask("unload")} />
    </div>
  `;
}

/** How far a worker is with what was asked last. */
function Progress({ action, of: { state, why, why_code: code } }) {
  return html`
    ${" "}<span class="pill" data-tone=${TONES[state] ?? "neutral"}>${named("memory", action)}: ${named("memory", state)}</span>
    ${why && html`<div class="small"><${Reasons} codes=${code ? [code] : []} words=${why} /></div>`}
  `;
}

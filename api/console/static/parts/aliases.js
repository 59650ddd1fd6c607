// Which names stand for which versions of models, and what forgets one.
import { html } from "../vendor/html.js";
import { call } from "../api.js";
import { moment, percent, t } from "../language.js";
import { operates } from "../session.js";
import { Ask } from "./dialog.js";

/** `aliases` as `GET /v1/models` lists them; `reload` looks again. */
export function Aliases({ aliases, caller, reload }) {
  return html`
    <section class="card stack">
      <h2>${t("aliases")}</h2>
      <div class="table" tabindex="0" role="region" aria-label=${t("aliases")}>
        <table>
          <thead><tr>
            <th scope="col">${t("alias")}</th><th scope="col">${t("alias_stands_for")}</th><th scope="col">${t("rollout_since")}</th>
            ${operates(caller) && html`<th scope="col"><span class="hidden-text">${t("actions")}</span></th>`}
          </tr></thead>
          <tbody>${aliases.map((alias) => html`
            <tr key=${alias.alias}>
              <th scope="row">${alias.alias}</th>
              <td><${Versions} alias=${alias} /></td>
              <td>${moment(alias.moved_at)}</td>
              ${operates(caller) && html`<td>${alias.revision > 0 && html`<${Delete} alias=${alias} reload=${reload} />`}</td>`}
            </tr>
          `)}</tbody>
        </table>
      </div>
    </section>
  `;
}

function Versions({ alias: { versions, shadow } }) {
  const all = Object.entries(versions);
  if (!all.length) return t("alias_own");
  const whole = all.reduce((sum, [, share]) => sum + share, 0);
  return html`
    ${all.map(([version, share]) => html`<div>${all.length > 1 ? `${version}: ${percent(share / whole)}` : version}</div>`)}
    ${shadow && html`<div class="small muted">${t("alias_shadow", { version: shadow })}</div>`}
  `;
}

/** Of the revision that is shown: who has moved it since is right. */
function Delete({ alias: { alias, revision }, reload }) {
  const forget = async () => {
    await call("DELETE", `/v1/models/${encodeURIComponent(alias)}`, { query: { revision } });
    reload();
  };
  const text = alias === "default" ? t("alias_delete_default") : t("alias_delete_text", { alias });
  return html`<${Ask} label=${t("delete")} title=${t("alias_delete")} text=${text} act=${forget} />`;
}

// What the organisation used in a month: by day, restaurant and model, and as a file for who writes the bill.
import { html } from "../vendor/html.js";
import { download, get } from "../api.js";
import { day, number, t } from "../language.js";
import { at, go } from "../router.js";
import { Do } from "../parts/dialog.js";
import { Nothing, Shown } from "../parts/states.js";
import { useResource } from "../resource.js";

const COUNTS = ["requests", "reviews", "sentences", "characters"];
const thisMonth = () => new Date().toISOString().slice(0, 7);

export function Usage({ query }) {
  const month = query.get("month") || thisMonth();
  const resource = useResource((signal) => get("/v1/usage", { month }, signal), [month], { everyMs: 30_000, told: ["jobs", "batches"] });
  return html`
    <div class="head">
      <div><h1>${t("nav_usage")}</h1><p class="lead">${t("usage_lead")}</p></div>
      <div class="filters">
        <label class="field"><span>${t("month")}</span>
          <input type="month" value=${month} max=${thisMonth()} onChange=${(event) => go(at("/usage", { month: event.target.value }), { replace: true })} />
        </label>
        <${Do} label=${t("as_csv")} act=${() => download(`/v1/usage?month=${month}`, `usage-${month}.csv`, "text/csv")} />
      </div>
    </div>
    <${Shown} resource=${resource} empty=${({ days }) => (days.length ? null : html`<section class="card"><${Nothing} title=${t("no_usage")} /></section>`)}>
      ${({ days }) => html`
        <div class="stack">
          <dl class="figures">
            ${COUNTS.map((name) => html`<div><dt>${t(`usage_${name}`)}</dt><dd>${number(days.reduce((sum, row) => sum + row[name], 0))}</dd></div>`)}
          </dl>
          <section class="card">
            <div class="table" tabindex="0" role="region" aria-label=${t("nav_usage")}>
              <table>
                <thead><tr><th scope="col">${t("usage_day")}</th><th scope="col">${t("restaurant")}</th><th scope="col">${t("model")}</th>${COUNTS.map((name) => html`<th scope="col" class="number">${t(`usage_${name}`)}</th>`)}</tr></thead>
                <tbody>${days.map((row) => html`
                  <tr><td>${day(row.day)}</td><td><span class="chosen">${row.restaurant ?? "–"}</span></td><td class="small">${row.model ?? "–"}</td>${COUNTS.map((name) => html`<td class="number">${number(row[name])}</td>`)}</tr>
                `)}</tbody>
              </table>
            </div>
          </section>
        </div>
      `}
    <//>
  `;
}

// A list as a table: its rows, what stands there without any, and the button for more.
import { html } from "../vendor/html.js";
import { moment, number, t } from "../language.js";
import { Nothing, ProblemNote, Waiting } from "./states.js";

/** `columns`: [{title, number?, cell(item)}]; `list` as `useList` gives it. */
export function List({ label, list, columns, empty }) {
  const { items, next, backTo, grow, growing, problem, loading, reload } = list;
  return html`
    ${problem && html`<${ProblemNote} problem=${problem} retry=${reload} />`}
    ${loading && !items.length && html`<${Waiting} />`}
    ${!loading && !items.length && !problem && (next ? html`<${Nothing} title=${t("nothing_yet")} />` : empty)}
    ${items.length > 0 && html`
      <div class="table" tabindex="0" role="region" aria-label=${label}>
        <table>
          <caption class="hidden-text">${label}</caption>
          <thead><tr>${columns.map(({ title, number: right }) => html`<th scope="col" class=${right ? "number" : ""}>${title}</th>`)}</tr></thead>
          <tbody>
            ${items.map((item) => html`
              <tr key=${item.id}>${columns.map(({ cell, number: right }) => html`<td class=${right ? "number" : ""}>${cell(item)}</td>`)}</tr>
            `)}
          </tbody>
        </table>
      </div>
    `}
    ${(items.length > 0 || next) && html`
      <div class="spread small muted">
        <span role="status">${items.length > 0 && t("shown", { count: number(items.length) })} ${next && backTo && t("looked_back_to", { at: moment(backTo) })}</span>
        ${next && !loading && html`<button type="button" aria-disabled=${growing} onClick=${() => growing || grow()}>${t(items.length ? "more" : "look_further")}</button>`}
      </div>
    `}
  `;
}

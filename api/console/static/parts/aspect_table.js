// A restaurant's aspects: how often each was judged how, and beside it the share of another side.
import { html } from "../vendor/html.js";
import { named, number, percent, t } from "../language.js";
import { counted, differ, POLARITIES, TOO_FEW, wilson } from "../judgements.js";

/** `aspects` as a summary has them; `other`: {label, aspects} of what they are compared with, or null. */
export function AspectTable({ aspects, other }) {
  const known = other ? [...new Set([...Object.keys(aspects), ...Object.keys(other.aspects)])] : Object.keys(aspects);
  const rows = known.map((aspect) => ({ aspect, ...counted(aspects[aspect]) })).sort((one, two) => two.total - one.total);
  return html`
    <div class="table" tabindex="0" role="region" aria-label=${t("aspects")}>
      <table>
        <thead>
          <tr><th scope="col">${t("aspect")}</th><th scope="col">${t("spread")}</th>${POLARITIES.map((name) => html`<th scope="col" class="number">${named("polarity", name)}</th>`)}
            <th scope="col" class="number">${t("positive_share")}</th>${other && html`<th scope="col" class="number">${other.label}</th>`}</tr>
        </thead>
        <tbody>${rows.map((row) => html`<${Row} row=${row} other=${other && counted(other.aspects[row.aspect])} />`)}</tbody>
      </table>
    </div>
  `;
}

function Row({ row, other }) {
  const mine = row.total >= TOO_FEW ? wilson(row.positive, row.total) : null;
  const theirs = other && other.total >= TOO_FEW ? wilson(other.positive, other.total) : null;
  const word = differ(mine, theirs) ? t(mine.share > theirs.share ? "better_here" : "worse_here") : t("no_difference");
  return html`
    <tr>
      <th scope="row">${named("aspect", row.aspect)}</th>
      <td><span class="share" aria-hidden="true">${POLARITIES.filter((name) => row[name]).map((name) => html`<i data-tone=${name} style=${`--part: ${row[name]}`}></i>`)}</span></td>
      ${POLARITIES.map((name) => html`<td class="number">${number(row[name])}</td>`)}
      <td class="number"><${Share} share=${mine} /></td>
      ${other && html`<td class="number"><${Share} share=${theirs} />${mine && theirs && html`<div class="small muted">${word}</div>`}</td>`}
    </tr>
  `;
}

function Share({ share }) {
  if (!share) return html`<span class="muted small">${t("too_few")}</span>`;
  return html`${percent(share.share)}<div class="muted small">${percent(share.low)}–${percent(share.high)}</div>`;
}

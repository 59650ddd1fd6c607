// What guests say about one restaurant, beside another one or another time.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { day, named, number, percent, t } from "../language.js";
import { at, go } from "../router.js";
import { counted, differ, POLARITIES, together, TOO_FEW, wilson } from "../judgements.js";
import { Chart } from "../parts/chart.js";
import { Exports } from "../parts/exports.js";
import { Newest } from "../parts/newest.js";
import { Nothing, ProblemNote, Shown } from "../parts/states.js";
import { useResource } from "../resource.js";

const DAY_MS = 86_400_000;
const iso = (at_) => new Date(at_).toISOString().slice(0, 10);

export function Restaurant({ name, query }) {
  const range = { from: query.get("from") ?? "", to: query.get("to") ?? "" };
  const beside = query.get("with") ?? "";
  const path = (restaurant) => `/v1/restaurants/${encodeURIComponent(restaurant)}`;
  const change = (values) => go(at(`/restaurants/${encodeURIComponent(name)}`, { ...range, with: beside, ...values }), { replace: true });
  const last = range.to || iso(Date.now());
  const trendFrom = range.from || iso(Date.parse(last) - 364 * DAY_MS);
  const days = (Date.parse(last) - Date.parse(trendFrom)) / DAY_MS;
  const by = days <= 45 ? "day" : days <= 400 ? "week" : "month";

  const summary = useResource((signal) => get(`${path(name)}/summary`, range, signal), [name, range.from, range.to], { everyMs: 10_000 });
  const trend = useResource((signal) => get(`${path(name)}/trend`, { from: trendFrom, to: last, by }, signal), [name, trendFrom, last, by], { everyMs: 30_000 });
  const other = useResource(async (signal) => (beside && (beside !== "before" || range.from) ? get(...compared(path, name, beside, range), signal) : null), [name, beside, range.from, range.to]);

  return html`
    <div class="head">
      <div><p class="crumb"><a href=${at("/restaurants")}>${t("nav_restaurants")}</a></p><h1>${name}</h1></div>
      <div class="filters">
        <label class="field"><span>${t("from")}</span><input type="date" value=${range.from} onChange=${(event) => change({ from: event.target.value })} /></label>
        <label class="field"><span>${t("to")}</span><input type="date" value=${range.to} onChange=${(event) => change({ to: event.target.value })} /></label>
        <label class="field"><span>${t("compare_with")}</span>
          <input value=${beside} list="compare" placeholder=${t("compare_hint")} onChange=${(event) => change({ with: event.target.value.trim() })} />
        </label>
        <datalist id="compare">${range.from && html`<option value="before">${t("period_before")}</option>`}</datalist>
      </div>
    </div>
    <div class="stack">
      <${Shown} resource=${summary} empty=${({ aspects }) => (Object.keys(aspects).length ? null : html`<section class="card"><${Nothing} title=${t("no_judgements")} /></section>`)}>
        ${({ aspects }) => html`
          <${Headline} aspects=${aspects} />
          <section class="card stack">
            <div class="spread"><h2>${t("aspects")}</h2><${Exports} name=${name} aspects=${aspects} trend=${trend.data} /></div>
            ${other.problem && html`<${ProblemNote} problem=${other.problem} />`}
            <${Aspects} aspects=${aspects} other=${other.data} beside=${beside === "before" ? t("period_before") : beside} />
          </section>
        `}
      <//>
      <section class="card"><${Shown} resource=${trend}>${({ periods }) => html`<${Trend} periods=${periods} by=${by} />`}<//></section>
      <${Newest} name=${name} />
    </div>
  `;
}

/** The summary to compare with: of the period before, or of another restaurant in the same one. */
function compared(path, name, beside, { from, to }) {
  if (beside !== "before") return [`${path(beside)}/summary`, { from, to }];
  const end = Date.parse(from) - DAY_MS;
  const length = Date.parse(to || iso(Date.now())) - Date.parse(from);
  return [`${path(name)}/summary`, { from: iso(end - length), to: iso(end) }];
}

function Headline({ aspects }) {
  const all = together(aspects);
  const known = Object.entries(aspects).map(([aspect, polarities]) => ({ aspect, ...counted(polarities) })).filter(({ total }) => total >= TOO_FEW);
  const best = [...known].sort((one, two) => wilson(two.positive, two.total).low - wilson(one.positive, one.total).low)[0];
  const worst = [...known].sort((one, two) => wilson(two.negative, two.total).low - wilson(one.negative, one.total).low)[0];
  return html`
    <dl class="figures">
      <div><dt>${t("judgements")}</dt><dd>${number(all.total)}</dd></div>
      <div><dt>${t("positive_share")}</dt><dd><${Share} good=${all.positive} all=${all.total} /></dd></div>
      <div><dt>${t("best")}</dt><dd>${best ? named("aspect", best.aspect) : "–"}<small>${best ? t("of_judgements", { share: percent(best.positive / best.total), count: number(best.total) }) : t("too_few")}</small></dd></div>
      <div><dt>${t("worst")}</dt><dd>${worst?.negative ? named("aspect", worst.aspect) : "–"}<small>${worst?.negative ? t("negative_of", { share: percent(worst.negative / worst.total), count: number(worst.total) }) : t("too_few")}</small></dd></div>
    </dl>
  `;
}

/** A share with its interval, or that there are too few to tell. */
function Share({ good, all }) {
  if (all < TOO_FEW) return html`–<small>${t("too_few_of", { count: number(all) })}</small>`;
  const { low, share, high } = wilson(good, all);
  return html`${percent(share)}<small>${t("between", { low: percent(low), high: percent(high) })}</small>`;
}

function Aspects({ aspects, other, beside }) {
  const rows = Object.entries(aspects).map(([aspect, polarities]) => ({ aspect, ...counted(polarities) })).sort((one, two) => two.total - one.total);
  return html`
    <div class="table" tabindex="0" role="region" aria-label=${t("aspects")}>
      <table>
        <thead>
          <tr><th scope="col">${t("aspect")}</th><th scope="col">${t("spread")}</th>${POLARITIES.map((name) => html`<th scope="col" class="number">${named("polarity", name)}</th>`)}
            <th scope="col" class="number">${t("positive_share")}</th>${other && html`<th scope="col" class="number">${beside}</th>`}</tr>
        </thead>
        <tbody>${rows.map((row) => html`<${AspectRow} row=${row} other=${other && counted(other.aspects[row.aspect])} compared=${Boolean(other)} />`)}</tbody>
      </table>
    </div>
  `;
}

function AspectRow({ row, other, compared: shown }) {
  const mine = row.total >= TOO_FEW ? wilson(row.positive, row.total) : null;
  const theirs = other && other.total >= TOO_FEW ? wilson(other.positive, other.total) : null;
  const word = differ(mine, theirs) ? t(mine.share > theirs.share ? "better_here" : "worse_here") : t("no_difference");
  return html`
    <tr>
      <th scope="row">${named("aspect", row.aspect)}</th>
      <td><span class="share" aria-hidden="true">${POLARITIES.filter((name) => row[name]).map((name) => html`<i data-tone=${name} style=${`--part: ${row[name]}`}></i>`)}</span></td>
      ${POLARITIES.map((name) => html`<td class="number">${number(row[name])}</td>`)}
      <td class="number">${mine ? html`${percent(mine.share)}<div class="muted small">${percent(mine.low)}–${percent(mine.high)}</div>` : html`<span class="muted small">${t("too_few")}</span>`}</td>
      ${shown && html`<td class="number">${theirs ? html`${percent(theirs.share)}<div class="small muted">${mine ? word : ""}</div>` : html`<span class="muted small">${t("too_few")}</span>`}</td>`}
    </tr>
  `;
}

function Trend({ periods, by }) {
  const sums = periods.map(({ aspects }) => together(aspects));
  const shares = smoothed(sums);
  return html`
    <${Chart} title=${t(`trend_${by}`)} times=${periods.map(({ from }) => `${from}T00:00:00Z`)} digits=${0} range=${[0, 100]} dated=${day}
      series=${[{
        label: t("positive_share_percent"), colour: "--positive",
        values: shares.map((each) => each && 100 * each.share), low: shares.map((each) => each && 100 * each.low), high: shares.map((each) => each && 100 * each.high),
      }]} />
    <p class="muted small">${t("trend_smoothed", { least: TOO_FEW })}</p>
  `;
}

/** Each period together with its neighbours, so that single reviews make no peaks; null where there are too few. */
function smoothed(sums) {
  return sums.map((_, index) => {
    const near = sums.slice(Math.max(0, index - 1), index + 2);
    const [good, all] = [near.reduce((sum, each) => sum + each.positive, 0), near.reduce((sum, each) => sum + each.total, 0)];
    return all >= TOO_FEW ? wilson(good, all) : null;
  });
}

// What guests say about one restaurant, beside another one or another time.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { day, named, number, percent, t } from "../language.js";
import { at, go } from "../router.js";
import { counted, together, TOO_FEW, wilson } from "../judgements.js";
import { AspectTable } from "../parts/aspect_table.js";
import { Chart } from "../parts/chart.js";
import { asked, comparison, ComparisonChoice, iso, otherSide } from "../parts/comparison.js";
import { SaveTable } from "../parts/exports.js";
import { Newest } from "../parts/newest.js";
import { Nothing, ProblemNote, Shown } from "../parts/states.js";
import { useResource } from "../resource.js";

const DAY_MS = 86_400_000;

export function Restaurant({ name, query }) {
  const range = { from: query.get("from") ?? "", to: query.get("to") ?? "" };
  const own = { restaurant: name, ...range };
  const chosen = comparison(query);
  const other = otherSide(own, chosen);
  const change = (values) => go(at(`/restaurants/${encodeURIComponent(name)}`, { ...range, ...asked(chosen), ...values }), { replace: true });
  // The days of the trend: those that are chosen, or a year up to their end.
  const last = range.to || iso(Date.now());
  const first = range.from || iso(Date.parse(last) - 364 * DAY_MS);
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS;
  const by = days <= 45 ? "day" : days <= 400 ? "week" : "month";
  // Two lines have one axis of time.
  const along = other && other.restaurant !== name && other.from === range.from && other.to === range.to ? other : null;

  const summary = useResource((signal) => get(`${path(name)}/summary`, range, signal), [name, range.from, range.to], following(name));
  const beside = useResource((signal) => (other ? summed(other, signal) : null), [JSON.stringify(other)], following(other?.restaurant));
  const trend = useResource((signal) => get(`${path(name)}/trend`, { from: first, to: last, by }, signal), [name, first, last, by], following(name, 30_000));
  const second = useResource(async (signal) => along && { label: along.restaurant, ...(await get(`${path(along.restaurant)}/trend`, { from: first, to: last, by }, signal)) }, [along?.restaurant, first, last, by], following(along?.restaurant, 30_000));
  const saved = (...places) => [...places, range.from || range.to ? `${range.from}_${last}` : ""].filter(Boolean).join("_");

  return html`
    <div class="head">
      <div><p class="crumb"><a href=${at("/restaurants")}>${t("nav_restaurants")}</a></p><h1>${name}</h1></div>
      <div class="filters">
        <label class="field"><span>${t("from")}</span><input name="from" type="date" value=${range.from} onChange=${(event) => change({ from: event.target.value })} /></label>
        <label class="field"><span>${t("to")}</span><input name="to" type="date" value=${range.to} onChange=${(event) => change({ to: event.target.value })} /></label>
      </div>
    </div>
    <div class="stack">
      <${Shown} resource=${summary} empty=${({ aspects }) => (Object.keys(aspects).length ? null : html`<section class="card"><${Nothing} title=${t("no_judgements")} /></section>`)}>
        ${({ aspects }) => html`<${Headline} aspects=${aspects} />`}
      <//>
      <section class="card stack">
        <div class="spread"><h2>${t("aspects")}</h2>
          ${summary.data && html`<${SaveTable} name=${saved(name, other?.restaurant !== name && other?.restaurant)} sums=${[{ ...summary.data, from: range.from, to: range.to || summary.data.to }, beside.data].filter(Boolean)} />`}
        </div>
        <${ComparisonChoice} own=${own} chosen=${chosen} change=${(values) => change(asked(values))} />
        ${beside.problem && html`<${ProblemNote} problem=${beside.problem} retry=${beside.reload} />`}
        ${summary.data && html`<${AspectTable} aspects=${summary.data.aspects} other=${beside.data} />`}
      </section>
      <section class="card"><${Shown} resource=${trend}>
        ${(found) => html`<${Trend} name=${name} found=${found} second=${second.data} by=${by} saved=${saved(name, along?.restaurant)} />`}
      <//></section>
      <${Newest} name=${name} range=${range} />
    </div>
  `;
}

/** What is said of a restaurant is asked for again when there is more of it; of none, never. */
const following = (restaurant, everyMs = 10_000) => (restaurant ? { everyMs, told: ["restaurants"], only: restaurant } : {});

const path = (restaurant) => `/v1/restaurants/${encodeURIComponent(restaurant)}`;

/** The summary of the other side, with its label and the days that were asked for. */
async function summed(other, signal) {
  const { from, to, label, restaurant } = other;
  const found = await get(`${path(restaurant)}/summary`, { from, to }, signal);
  return { ...found, label, from, to: to || found.to };
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

/** `found` and `second` as `GET /v1/restaurants/{restaurant}/trend` answers; `second` has a label, or is null. */
function Trend({ name, found, second, by, saved }) {
  const percents = (member, shares) => shares.map((each) => each && 100 * each[member]);
  const shares = smoothed(found.periods);
  const series = [{ label: second ? name : t("positive_share_percent"), colour: "--positive", values: percents("share", shares), low: percents("low", shares), high: percents("high", shares) }];
  if (second) series.push({ label: second.label, colour: "--negative", values: percents("share", smoothed(second.periods)) });
  const title = second ? `${t(`trend_${by}`)}: ${t("positive_share_percent")}` : t(`trend_${by}`);
  const sums = [found, second].filter(Boolean).flatMap(({ restaurant, periods }) => periods.map((period) => ({ restaurant, ...period })));
  return html`
    <${Chart} title=${title} times=${found.periods.map(({ from }) => `${from}T00:00:00Z`)} range=${[0, 100]} dated=${day} days=${true} series=${series} saved=${saved}>
      <${SaveTable} name=${`${saved}_${by}`} sums=${sums} />
    <//>
    <p class="muted small">${t("trend_smoothed", { least: TOO_FEW })}</p>
  `;
}

/** Each period together with its neighbours, so that single reviews make no peaks; null where there are too few. */
function smoothed(periods) {
  const sums = periods.map(({ aspects }) => together(aspects));
  return sums.map((_, index) => {
    const near = sums.slice(Math.max(0, index - 1), index + 2);
    const [good, all] = [near.reduce((sum, each) => sum + each.positive, 0), near.reduce((sum, each) => sum + each.total, 0)];
    return all >= TOO_FEW ? wilson(good, all) : null;
  });
}

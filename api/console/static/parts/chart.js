// Lines over time. uPlot is fetched when the first one is shown; a table with the same numbers stands beside it.
import { html } from "../vendor/html.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { keep } from "../api.js";
import { language, moment, number, t } from "../language.js";
import { theme } from "../theme.js";

/** The address of a file of the libraries, of the same edition as this one. */
const beside = (name) => new URL(`../vendor/${name}`, import.meta.url).href;

let library = null;

function uplot() {
  library ??= new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: beside("uplot.css") }));
    const script = Object.assign(document.createElement("script"), { src: beside("uplot.js") });
    script.addEventListener("load", () => resolve(window.uPlot));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return library;
}

/** The colour that a name stands for at that place, in the look chosen now. */
function colour(place, name) {
  place.style.color = `var(${name})`;
  const found = getComputedStyle(place).color;
  place.style.color = "";
  return found;
}

const DARK = matchMedia("(prefers-color-scheme: dark)");

/** Whether the system is dark now: lines that are drawn do not change with it by themselves. */
function useDark() {
  const [dark, set] = useState(DARK.matches);
  useEffect(() => {
    const tell = () => set(DARK.matches);
    DARK.addEventListener("change", tell);
    return () => DARK.removeEventListener("change", tell);
  }, []);
  return dark;
}

/**
 * `times`: RFC 3339, `series`: [{label, colour: "--positive", values, unit}], with null where nothing is known.
 * `low` and `high` of a series draw the band between them. `days`: the times are days, which are UTC's here. `saved`: what a picture of it is called; none without. `children`: more of its head.
 */
export function Chart({ title, times, series, digits = 0, range, dated = moment, days = false, saved, children }) {
  const place = useRef(null);
  const dark = useDark();
  const save = async () => {
    const { default: picture } = await import("./picture.js");
    await uplot();
    const canvas = place.current.querySelector("canvas");
    const look = { scale: devicePixelRatio, of: (name) => colour(place.current, name), family: getComputedStyle(place.current).fontFamily };
    keep(await picture(canvas, { title, series, ...look }), `${saved}.png`);
  };
  const known = times.length > 1 && series.some(({ values }) => values.some((value) => value !== null));

  useEffect(() => {
    if (!known) return undefined;
    let chart = null;
    let gone = false;
    const fit = () => chart?.setSize({ width: place.current.clientWidth, height: 220 });
    uplot().then((UPlot) => {
      if (gone) return;
      const of = (name) => colour(place.current, name);
      const axis = { stroke: of("--muted"), grid: { stroke: of("--line"), width: 1 }, ticks: { stroke: of("--line") } };
      const lines = series.flatMap((each) => (each.low ? [each, { ...each, values: each.low, edge: true }, { ...each, values: each.high, edge: true }] : [each]));
      chart = new UPlot(
        {
          width: place.current.clientWidth,
          height: 220,
          legend: { show: false },
          cursor: { y: false },
          // Without that its axis begins days at the midnight of this place, which in Berlin is the evening before.
          ...(days && { tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), "Etc/UTC") }),
          scales: range ? { y: { range } } : {},
          axes: [
            { ...axis, space: 90, values: (_, ticks) => ticks.map((tick) => dated(new Date(tick * 1000).toISOString())) },
            { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => number(tick, digits)) },
          ],
          series: [
            {},
            ...lines.map((each) => ({
              label: each.label, stroke: of(each.colour), width: each.edge ? 0.5 : 2, dash: each.edge ? [4, 4] : undefined,
              spanGaps: false, points: { show: !each.edge && times.length < 40 },
            })),
          ],
        },
        [times.map((time) => Date.parse(time) / 1000), ...lines.map(({ values }) => values)],
        place.current,
      );
      window.addEventListener("resize", fit);
    });
    return () => {
      gone = true;
      window.removeEventListener("resize", fit);
      chart?.destroy();
    };
  }, [times.join(), JSON.stringify(series), language(), theme(), dark]);

  return html`
    <figure class="stack">
      <figcaption class="spread">
        <h3>${title}</h3>
        <span class="row small">
          ${series.map((each) => html`<span class="row"><i class="key" data-colour=${each.colour} style=${`background: var(${each.colour})`}></i>${each.label}</span>`)}
        </span>
        ${(saved || children) && html`<span class="row no-print">${children}${saved && html`<button type="button" disabled=${!known} onClick=${save}>${t("as_png")}</button>`}</span>`}
      </figcaption>
      ${known ? html`<div class="chart" ref=${place} aria-hidden="true"></div>` : html`<p class="muted">${t("chart_empty")}</p>`}
      ${known && html`
        <details class="small">
          <summary>${t("as_table")}</summary>
          <div class="table" tabindex="0" role="region" aria-label=${title}>
            <table>
              <thead><tr><th scope="col">${t("moment")}</th>${series.map((each) => html`<th scope="col" class="number">${each.label}</th>`)}</tr></thead>
              <tbody>
                ${times.map((time, row) => html`
                  <tr>
                    <td>${dated(time)}</td>
                    ${series.map(({ values }) => html`<td class="number">${values[row] === null ? "–" : number(values[row], digits)}</td>`)}
                  </tr>
                `)}
              </tbody>
            </table>
          </div>
        </details>
      `}
    </figure>
  `;
}

// What ended in the last hour, day or week, well or not, and how long it took.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { get } from "../api.js";
import { clock, duration, number, percent, t } from "../language.js";
import { useResource } from "../resource.js";
import { Chart } from "./chart.js";
import { Shown } from "./states.js";

const WINDOWS = ["hour", "day", "week"];

export function Activity() {
  const [window_, set] = useState("hour");
  const resource = useResource((signal) => get("/v1/activity", { window: window_ }, signal), [window_], { everyMs: 10_000 });
  return html`
    <section class="card stack">
      <div class="spread"><h2>${t("activity")}</h2>
        <div class="tabs" role="group" aria-label=${t("activity")}>
          ${WINDOWS.map((name) => html`<button type="button" aria-pressed=${name === window_} onClick=${() => set(name)}>${t(`window_${name}`)}</button>`)}
        </div>
      </div>
      <${Shown} resource=${resource}>
        ${({ buckets, totals, oldest_s: oldest }) => {
          const times = buckets.map(({ at }) => at);
          const of = (name, scale = 1) => buckets.map((bucket) => (bucket[name] === null ? null : bucket[name] / scale));
          const ended = totals.succeeded + totals.failed;
          return html`
            <dl class="figures">
              <div><dt>${t("status_succeeded")}</dt><dd>${number(totals.succeeded)}<small>${ended ? percent(totals.succeeded / ended, 1) : "–"}</small></dd></div>
              <div><dt>${t("status_failed")}</dt><dd>${number(totals.failed)}</dd></div>
              <div><dt>${t("latency")} p50</dt><dd>${duration(totals.p50_ms)}</dd></div>
              <div><dt>${t("latency")} p95</dt><dd>${duration(totals.p95_ms)}</dd></div>
              <div><dt>${t("oldest")}</dt><dd>${duration(Math.round(1000 * Math.max(0, ...Object.values(oldest))))}</dd></div>
            </dl>
            <div class="two">
              <${Chart} title=${t("ended_jobs")} times=${times} dated=${clock} series=${[
                { label: t("status_succeeded"), colour: "--positive", values: of("succeeded") },
                { label: t("status_failed"), colour: "--negative", values: of("failed") },
              ]} />
              <${Chart} title=${t("latency_s")} times=${times} digits=${2} dated=${clock} series=${[
                { label: "p50", colour: "--positive", values: of("p50_ms", 1000) },
                { label: "p95", colour: "--conflict", values: of("p95_ms", 1000) },
              ]} />
            </div>
          `;
        }}
      <//>
    </section>
  `;
}

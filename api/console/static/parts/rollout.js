// How far a version of a model is that an alias goes to in steps, and what ends that.
import { html } from "../vendor/html.js";
import { call } from "../api.js";
import { moment, named, number, percent, t } from "../language.js";
import { operates } from "../session.js";
import { Ask } from "./dialog.js";
import { Reasons } from "./reasons.js";

const TONES = { promoted: "positive", rolled_back: "negative", overtaken: "neutral" };

/** `alias` as `GET /v1/models` lists it, with a rollout; `reload` looks again. */
export function Rollout({ alias, caller, reload }) {
  const { alias: name, revision, versions, rollout } = alias;
  const { candidate, stable, state, steps, step, evidence } = rollout;
  const goes = state === "running";
  const point = (version) => async () => {
    await call("POST", `/v1/models/${encodeURIComponent(name)}`, { body: { revision, version } });
    reload();
  };
  return html`
    <section class="card stack">
      <h2>${t("rollout_of", { alias: name, version: candidate })}</h2>
      <p>
        <span class="pill" data-tone=${TONES[state] ?? "neutral"}>${named("rollout", state)}</span>${" "}
        ${goes && t("rollout_step", { step: number(step + 1), of: number(steps.length), share: number(versions[candidate]) })}
      </p>
      <dl class="facts small">
        <dt>${t("rollout_before")}</dt><dd>${stable}</dd>
        <dt>${t("rollout_since")}</dt><dd>${moment(rollout.ended_at ?? rollout.step_at)}</dd>
        ${rollout.why && html`<dt>${t("rollout_why")}</dt><dd><${Reasons} codes=${rollout.why_codes} words=${rollout.why} /></dd>`}
        ${rollout.waits_for && html`<dt>${t("rollout_waits")}</dt><dd><${Reasons} codes=${rollout.waits_for_codes} words=${rollout.waits_for} /></dd>`}
        ${evidence && evidence.sentences > 0 && html`
          <dt>${t("rollout_agreement")}</dt>
          <dd>${t("rollout_same", { share: percent(evidence.same / evidence.sentences, 1), count: number(evidence.sentences) })}</dd>
        `}
      </dl>
      ${evidence && html`<${Arms} arms=${evidence.arms} versions=${versions} />`}
      ${goes && operates(caller) && html`
        <div class="row">
          <${Ask} label=${t("rollout_stop")} title=${t("rollout_stop")} text=${t("rollout_stop_text", { alias: name, version: stable })} act=${point(stable)} />
          <${Ask} label=${t("rollout_promote")} title=${t("rollout_promote")} text=${t("rollout_promote_text", { alias: name, version: candidate })} danger=${false} act=${point(candidate)} />
        </div>
      `}
    </section>
  `;
}

function Arms({ arms, versions }) {
  return html`
    <div class="table" tabindex="0" role="region" aria-label=${t("rollout_arms")}>
      <table>
        <thead><tr>
          <th scope="col">${t("rollout_version")}</th><th scope="col" class="number">${t("rollout_share")}</th>
          <th scope="col" class="number">${t("rollout_reviews")}</th><th scope="col" class="number">${t("rollout_failed")}</th>
          <th scope="col" class="number">${t("rollout_lost")}</th><th scope="col" class="number">${t("rollout_ms")}</th>
        </tr></thead>
        <tbody>${arms.map((arm) => html`
          <tr>
            <th scope="row">${arm.version}</th><td class="number">${number(versions[arm.version] ?? 0)}</td>
            <td class="number">${number(arm.reviews)}</td><td class="number">${number(arm.failed)}</td>
            <td class="number">${number(arm.lost)}</td><td class="number">${arm.high_ms === null ? "–" : number(arm.high_ms, 1)}</td>
          </tr>
        `)}</tbody>
      </table>
    </div>
  `;
}

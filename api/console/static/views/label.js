// The sentences that most need a person, one after the other: what is said of each, and whether that is right.
import { html } from "../vendor/html.js";
import { useRef, useState } from "../vendor/hooks.js";
import { download, get, post } from "../api.js";
import { named, number, t } from "../language.js";
import { at, go } from "../router.js";
import { Correctable } from "../parts/correction.js";
import { Do } from "../parts/dialog.js";
import { SurenessKey } from "../parts/pill.js";
import { RestaurantNames } from "../parts/restaurant_names.js";
import { Nothing, ProblemNote, Shown } from "../parts/states.js";
import { useResource } from "../resource.js";

/** Sentences that are asked for beside those that were skipped, and at most. */
const COUNT = 20;
const MOST = 100;
/** How often it is looked whether there are any, while there are none. */
const EVERY_MS = 30_000;

export function Label({ query, caller }) {
  const restaurant = query.get("restaurant") ?? "";
  const choose = (event) => go(at("/label", { restaurant: event.target.value.trim() }), { replace: true });
  const keep = () => download(`/v1/feedback/examples${restaurant && `?${new URLSearchParams({ restaurant })}`}`, `feedback${restaurant && `-${restaurant}`}.jsonl`, "application/x-ndjson");
  return html`
    <div class="head">
      <div><h1>${t("nav_label")}</h1><p class="lead">${t("label_lead")}</p></div>
      <div class="filters">
        <label class="field"><span>${t("restaurant")}</span><input name="restaurant" list="label-restaurants" value=${restaurant} onChange=${choose} /></label>
        <${RestaurantNames} id="label-restaurants" />
        <${Do} label=${t("label_keep")} act=${keep} />
      </div>
    </div>
    <${Queue} key=${restaurant} restaurant=${restaurant} caller=${caller} />
  `;
}

const name = ({ job_id: job, batch_id: batch, line, sentence }) => `${job ?? `${batch} ${line}`} ${sentence}`;

function Queue({ restaurant, caller }) {
  const skipped = useRef(new Set());
  const [none, setNone] = useState(false);
  const resource = useResource(async (signal) => {
    const count = Math.min(MOST, COUNT + skipped.current.size);
    const { sentences } = await get("/v1/feedback/queue", { restaurant, count }, signal);
    const left = sentences.filter((each) => !skipped.current.has(name(each)));
    setNone(!left.length);
    return { left, passed: sentences.length - left.length };
  }, [], { everyMs: none ? EVERY_MS : 0, told: ["jobs", "batches"] });
  // Which of them it is. What is asked for anew begins with its first; until it is there, the last one stays.
  const [where, set] = useState({ among: null, place: 0, done: false });
  const [labelled, setLabelled] = useState(0);
  const place = where.among === resource.data ? where.place : 0;
  const next = (sentence, skip) => {
    if (skip) skipped.current.add(name(sentence));
    else setLabelled(labelled + 1);
    const last = place + 1 === resource.data.left.length;
    set({ among: resource.data, place: last ? place : place + 1, done: last });
    if (last) resource.reload();
  };
  const again = () => (skipped.current.clear(), resource.reload());
  const empty = ({ left, passed }) => (left.length ? null : html`
    <section class="card"><div role="status">
      ${passed
        ? html`<${Nothing} title=${t("label_skipped")}><button type="button" onClick=${again}>${t("label_again")}</button><//>`
        : html`<${Nothing} title=${t("label_nothing")}>${t("label_nothing_hint")}<//>`}
    </div></section>
  `);
  return html`
    <${Shown} resource=${resource} empty=${empty}>
      ${({ left }) => html`
        <section class="card stack">
          <div class="spread">
            <h2>${t("label_place", { place: number(place + 1), of: number(left.length) })}</h2>
            <span class="muted small" role="status">${t("label_said", { count: number(labelled) })}</span>
          </div>
          <progress max=${left.length} value=${place} aria-label=${t("progress")}></progress>
          <${Sentence} of=${left[place]} waits=${where.done && where.among === resource.data} next=${next} caller=${caller} />
          <${SurenessKey} />
        </section>
      `}
    <//>
  `;
}

/** One of them. `next(sentence, skip)` hears that somebody has spoken of all of it, or skips it; `waits`: neither can be done again. */
function Sentence({ of, waits, next, caller }) {
  const about = of.job_id ? `jobs/${encodeURIComponent(of.job_id)}` : `batches/${of.batch_id}/lines/${of.line}`;
  const path = `/v1/${about}/feedback`;
  const [heard, hear] = useState({ of: null, corrections: [] });
  const [problem, setProblem] = useState({ of: null, is: null });
  const busy = useRef(false);
  const corrections = heard.of === of ? heard.corrections : of.corrections;
  const open = Object.entries({ ...unsaid(of.other), ...of.aspects }).filter(([aspect]) => !corrections.some((each) => each.aspect === aspect));

  const confirm = async () => {
    if (busy.current || waits) return;
    busy.current = true;
    setProblem({ of, is: null });
    try {
      for (const [aspect, { polarity }] of open) await post(path, { sentence: of.sentence, aspect, polarity });
      next(of, false);
    } catch (error) {
      setProblem({ of, is: error });
    } finally {
      busy.current = false;
    }
  };
  const skip = () => busy.current || waits || next(of, true);
  const tell = (feedback) => hear({ of, corrections: feedback.corrections.filter((each) => each.sentence === of.sentence) });
  const judged = { model: of.model, result: { sentences: [{ index: of.sentence, text: of.text, aspects: of.aspects }] } };
  // The buttons stay the same from sentence to sentence, and are never disabled: the focus stays on them.
  return html`
    <div class="stack" aria-live="polite">
      <${Correctable} key=${name(of)} path=${path} judged=${judged} before=${of.corrections} heard=${tell} caller=${caller} />
      <${Why} ...${of} />
    </div>
    ${problem.of === of && problem.is && html`<${ProblemNote} problem=${problem.is} />`}
    <div class="row">
      <button type="button" class="first" aria-disabled=${waits} onClick=${confirm}>${t(!open.length ? "label_next" : corrections.length ? "label_rest_right" : "label_right")}</button>
      <button type="button" aria-disabled=${waits} onClick=${skip}>${t("label_skip")}</button>
    </div>
    <dl class="facts small">
      <dt>${t(of.job_id ? "job" : "batch")}</dt><dd><a class="mono" href=${at(of.job_id ? `/jobs/${encodeURIComponent(of.job_id)}` : `/batches/${of.batch_id}`)}>${of.job_id ?? of.batch_id}</a></dd>
      ${of.line !== null && html`<dt>${t("line")}</dt><dd>${number(of.line)}</dd>`}
      <dt>${t("restaurant")}</dt><dd>${of.restaurant ? html`<a href=${at(`/restaurants/${of.restaurant}`)}>${of.restaurant}</a>` : "–"}</dd>
      <dt>${t("text_language")}</dt><dd>${named("language", of.language)}</dd>
      <dt>${t("model")}</dt><dd>${of.model ? `${of.model.name} ${of.model.version}` : "–"}</dd>
    </dl>
  `;
}

/** What the model says of aspects of which only the other version says something. */
const unsaid = (other) => Object.fromEntries(Object.keys(other).map((aspect) => [aspect, { polarity: "none" }]));

/** Why it needs a person: another version says something else, or the model is not sure. */
function Why({ version, other }) {
  if (version === null) return html`<p class="muted small">${t("label_unsure")}</p>`;
  return html`
    <div class="row small"><span>${t("label_differs", { version })}</span>
      ${Object.entries(other).map(([aspect, polarity]) => html`<span class="pill" data-tone=${polarity}><strong>${named("aspect", aspect)}</strong> ${named("polarity", polarity)}</span>`)}
    </div>
  `;
}

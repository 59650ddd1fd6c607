// A review of one's own, judged at once.
import { html } from "../vendor/html.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { call, events } from "../api.js";
import { duration, named, t } from "../language.js";
import { at } from "../router.js";
import { RequestCode } from "../parts/code.js";
import { Judged } from "../parts/correction.js";
import { ProblemNote } from "../parts/states.js";
import { may } from "../session.js";

const WAIT_S = 10;
const SAMPLES = ["sample_1", "sample_2", "sample_3"];

export function Try({ caller }) {
  const [text, setText] = useState("");
  const [language, setLanguage] = useState("auto");
  const [restaurant, setRestaurant] = useState("");
  const [state, set] = useState({ busy: false, job: null, problem: null, ms: null });
  const following = useRef(null);
  const body = { text: text || t("sample_1"), evidence: true, ...(language !== "auto" && { language }), ...(restaurant && { restaurant }) };

  const judge = async (event) => {
    event.preventDefault();
    if (state.busy || !text.trim()) return;
    following.current?.abort();
    const mine = (following.current = new AbortController());
    const tell = (told) => mine.signal.aborted || set({ busy: false, job: null, problem: null, ms: performance.now() - began, ...told });
    set({ busy: true, job: null, problem: null, ms: null });
    const began = performance.now();
    try {
      const job = await call("POST", "/v1/jobs", { body, headers: { Prefer: `wait=${WAIT_S}` } });
      tell({ job });
      // What takes longer is followed to its end.
      if (!job.finished_at && may(caller, "jobs:read")) await events(`/v1/jobs/${encodeURIComponent(job.id)}/events`, (name, now) => name === "job" && tell({ job: now }), mine.signal);
    } catch (problem) {
      tell({ problem });
    }
  };
  useEffect(() => () => following.current?.abort(), []);

  return html`
    <div class="head"><div><h1>${t("nav_try")}</h1><p class="lead">${t("try_lead")}</p></div></div>
    <div class="stack">
      <form class="card stack" onSubmit=${judge}>
        <label class="field"><span>${t("review")}</span>
          <textarea name="text" required value=${text} placeholder=${t("sample_1")} onInput=${(event) => setText(event.target.value)}
            onKeyDown=${(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && judge(event)}></textarea>
        </label>
        <div class="filters">
          <label class="field"><span>${t("text_language")}</span>
            <select value=${language} onChange=${(event) => setLanguage(event.target.value)}>
              ${["auto", "de", "en"].map((code) => html`<option value=${code}>${named("language", code)}</option>`)}
            </select>
          </label>
          <label class="field"><span>${t("restaurant_optional")}</span>
            <input value=${restaurant} pattern="[A-Za-z0-9._~\\-]{1,100}" title=${t("restaurant_form")} onInput=${(event) => setRestaurant(event.target.value)} />
          </label>
          <button class="first" disabled=${!text.trim()} aria-disabled=${state.busy}>${state.busy ? t("judging") : t("judge")}</button>
        </div>
        <div class="row small"><span class="muted">${t("examples")}</span>
          ${SAMPLES.map((name) => html`<button type="button" class="plain" onClick=${() => setText(t(name))}>${t(`${name}_name`)}</button>`)}
        </div>
      </form>
      <div aria-live="polite" class="stack">
        ${state.problem && html`<${ProblemNote} problem=${state.problem} />`}
        ${state.job && html`<${Answer} job=${state.job} ms=${state.ms} caller=${caller} />`}
      </div>
      <section class="card"><h2>${t("as_code")}</h2><${RequestCode} body=${body} wait=${WAIT_S} /></section>
    </div>
  `;
}

function Answer({ job, ms, caller }) {
  const { timings } = job;
  return html`
    <section class="card">
      <div class="spread">
        <h2>${t("result")}</h2>
        <a class="small" href=${at(`/jobs/${job.id}`)}>${t("to_job")}</a>
      </div>
      ${job.result
        ? html`
            ${job.result.language_known === false && html`<p class="notice">${t("language_unknown", { language: job.result.language })}</p>`}
            <${Judged} key=${job.id} job=${job} caller=${caller} />
            ${!job.result.sentences.length && html`<p class="muted">${t("no_sentences")}</p>`}
          `
        : job.error
          ? html`<p class="problem"><strong>${named("error", job.error.code)}</strong> <span lang="en">${job.error.message}</span></p>`
          : html`<p>${t("still_running")}</p>`}
      ${job.finished_at && html`<p class="muted small">
        ${t("took", { all: duration(Math.round(ms)), queue: duration(timings.queue_ms), tokenize: duration(timings.tokenize_ms), inference: duration(timings.inference_ms) })}
        ${job.model && ` · ${job.model.name} ${job.model.version}`}
      </p>`}
    </section>
  `;
}

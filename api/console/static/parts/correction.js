// "This is wrong": what people say of how a sentence was judged, beside what was judged.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { broken, get } from "../api.js";
import { named, t } from "../language.js";
import { useResource } from "../resource.js";
import { may } from "../session.js";
import { SurenessKey } from "./pill.js";
import { Overall, Sentences } from "./review.js";
import { ProblemNote } from "./states.js";

/** The sentences of a job that has a result, with what was said of each and, for keys that may say it, a way to do so. */
export function Judged({ job, caller }) {
  const path = `/v1/jobs/${encodeURIComponent(job.id)}/feedback`;
  const { data, problem, reload } = useResource((signal) => (may(caller, "jobs:read") ? get(path, {}, signal) : null), [job.id]);
  return html`
    ${problem && html`<${ProblemNote} problem=${problem} retry=${reload} />`}
    <${Overall} result=${job.result} /><${Correctable} path=${path} judged=${job} before=${data?.corrections} caller=${caller} /><${SurenessKey} />
  `;
}

/** The sentences of a job, or a line of a batch, that was `judged`; `before` is what was said of it before the page was there, `heard(feedback)` hears of all that is said of it. */
export function Correctable({ path, judged, before, caller, heard }) {
  const [newest, set] = useState(null);
  const tell = (feedback) => (set(feedback), heard?.(feedback));
  const corrections = newest?.corrections ?? before ?? [];
  const action = (sentence) => {
    const own = corrections.filter((each) => each.sentence === sentence.index);
    return html`
      ${own.map((each) => html`<${Correction} ...${each} />`)}
      ${judged.model && may(caller, "jobs:write") && html`<${Correct} path=${path} model=${judged.model} sentence=${sentence} before=${own} tell=${tell} />`}
    `;
  };
  return html`<${Sentences} sentences=${judged.result.sentences} action=${action} />`;
}

function Correction({ aspect, polarity, judged, by }) {
  const title = by ? t("said_by", { by }) : undefined;
  return html`
    <span class="pill" data-tone=${polarity} title=${title}>
      ${t(polarity === judged ? "confirmed" : "corrected")} <strong>${named("aspect", aspect)}</strong> ${named("polarity", polarity)}
    </span>
  `;
}

/** A button; what it opens is loaded when somebody wants it. */
function Correct(asked) {
  const [Form, show] = useState(null);
  const [problem, setProblem] = useState(null);
  const open = async () => {
    setProblem(null);
    try {
      const { default: found } = await import("./correction_form.js");
      show(() => found);
    } catch (error) {
      setProblem(broken(error));
    }
  };
  return html`
    <button type="button" class="plain small" aria-haspopup="dialog" onClick=${open}>${t("wrong")}</button>
    ${problem && html`<${ProblemNote} problem=${problem} />`}
    ${Form && html`<${Form} ...${asked} close=${() => show(null)} />`}
  `;
}

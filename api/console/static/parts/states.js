// What stands in a view before its data, without any, and when the API says no.
import { html } from "../vendor/html.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { language, named, t } from "../language.js";
import { Reasons } from "./reasons.js";

/** Problems whose `detail` says more than our sentence for their code. Of the others it is the same once more, in English. */
const MORE = new Set([
  "forbidden", "insufficient-scope", "invalid-request", "invalid-key", "conflict", "alias-moved", "model-in-use", "not-one-version", "limit-reached",
  "over-limit", "queue-full", "content-too-large", "bad-json", "bad-request", "not-configured", "internal-error", "broken", "unprocessable-content",
]);

/** Shows `children(data)` once there is data; before that what is the case instead. */
export function Shown({ resource, empty, children }) {
  const { data, problem, loading, reload } = resource;
  return html`
    ${problem && html`<${ProblemNote} problem=${problem} retry=${reload} />`}
    ${loading && !data && !problem && html`<${Waiting} />`}
    ${data !== null && (empty?.(data) ?? children(data))}
  `;
}

/** A problem as a person can act on it; with `retry` it is one of what was asked for, which is tried again by itself. */
export function ProblemNote({ problem, retry }) {
  return html`
    <div class="problem stack" role="alert">
      <div><strong>${named("problem", problem.code || problem.status)}</strong></div>
      ${saysMore(problem) && html`<div class="small"><${Reasons} codes=${coded(problem)} words=${problem.message} /></div>`}
      ${problem.errors?.length > 0 && html`
        <ul class="small">${problem.errors.map((each) => html`<li><span class="mono">${each.pointer}</span> <${Reasons} codes=${coded(each)} words=${each.detail} /></li>`)}</ul>
      `}
      ${problem.retryAfter && html`<div class="small">${t("retry_after", { seconds: problem.retryAfter })}</div>`}
      ${retry && problem.passes && html`<div class="small">${t("keeps_trying")}</div>`}
      ${retry && html`<div><button type="button" onClick=${retry}>${t("try_again")}</button></div>`}
    </div>
  `;
}

const coded = ({ detail_code: code }) => (code ? [code] : []);

/** A code that we have no sentence for has nothing but its detail; "see #/text" is said by what stands below. */
function saysMore({ status, code, errors }) {
  if (status === 0 || errors?.length) return false;
  return language() === "en" || MORE.has(code) || named("problem", code) === code;
}

/** Nothing at first, so that quick answers do not flicker; then lines; after a while a word. */
export function Waiting() {
  const [after, set] = useState(0);
  useEffect(() => {
    const timers = [setTimeout(() => set(1), 150), setTimeout(() => set(2), 4000)];
    return () => timers.forEach(clearTimeout);
  }, []);
  if (!after) return null;
  return html`
    <div class="waiting" role="status">
      <span class="hidden-text">${t("loading")}</span><i></i><i></i><i></i>
      ${after > 1 && html`<p class="muted small">${t("slow")}</p>`}
    </div>
  `;
}

export function Nothing({ title, children }) {
  return html`<div class="nothing"><strong>${title}</strong>${children}</div>`;
}

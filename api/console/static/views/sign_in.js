import { html } from "../vendor/html.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { request } from "../api.js";
import { t } from "../language.js";
import { useBusy } from "../parts/busy.js";
import { Choices } from "../parts/choices.js";
import { ProblemNote } from "../parts/states.js";
import { signIn } from "../session.js";

/** Asks for an API key, and shows it to the API once. `ended`: there was a session. `changed()`: another language or look was chosen. */
export function SignIn({ ended, done, changed }) {
  const [text, set] = useState("");
  const { busy, problem, run } = useBusy();
  const field = useRef(null);
  const enter = (event) => {
    event.preventDefault();
    run(async () => {
      await signIn(request, text.trim());
      done();
    });
  };
  useEffect(() => field.current.focus(), []);
  useEffect(() => {
    document.title = `${t("sign_in_title")} · Kritiq`;
  });
  return html`
    <main class="sign-in">
      <div class="row"><${Choices} changed=${changed} /></div>
      <form class="card" onSubmit=${enter}>
        <h1>${t("sign_in_title")}</h1>
        ${ended && html`<p class="notice" role="status">${t("session_ended")}</p>`}
        <p class="muted">${t("sign_in_lead")}</p>
        ${problem && html`<${ProblemNote} problem=${problem} />`}
        <input type="text" name="username" autocomplete="username" value="Kritiq" hidden />
        <label class="field"><span>${t("api_key")}</span>
          <input ref=${field} type="password" autocomplete="current-password" required pattern=" *krt_.*" value=${text} onInput=${(event) => set(event.target.value)} />
        </label>
        <button class="first" aria-disabled=${busy}>${t("sign_in")}</button>
        <p class="small muted">${t("sign_in_where")} <code>.data/development.key</code></p>
      </form>
    </main>
  `;
}

import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { request } from "../api.js";
import { t } from "../language.js";
import { Choices } from "../parts/choices.js";
import { ProblemNote } from "../parts/states.js";
import { signIn } from "../session.js";

/** Asks for an API key, and shows it to the API once. `changed()`: another language or look was chosen. */
export function SignIn({ done, changed }) {
  const [text, set] = useState("");
  const [problem, setProblem] = useState(null);
  const enter = async (event) => {
    event.preventDefault();
    try {
      await signIn(request, text.trim());
      done();
    } catch (error) {
      setProblem(error);
    }
  };
  return html`
    <main class="sign-in">
      <div class="row"><${Choices} changed=${changed} /></div>
      <form class="card" onSubmit=${enter}>
        <h1>${t("sign_in_title")}</h1>
        <p class="muted">${t("sign_in_lead")}</p>
        ${problem && html`<${ProblemNote} problem=${problem} />`}
        <input type="text" name="username" autocomplete="username" value="Kritiq" hidden />
        <label class="field"><span>${t("api_key")}</span>
          <input type="password" autocomplete="current-password" required pattern=" *krt_.*" value=${text} onInput=${(event) => set(event.target.value)} />
        </label>
        <button class="first">${t("sign_in")}</button>
        <p class="small muted">${t("sign_in_where")} <code>.data/development.key</code></p>
      </form>
    </main>
  `;
}

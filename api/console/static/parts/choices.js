// Language and appearance.
import { html } from "../vendor/html.js";
import { language, setLanguage, t } from "../language.js";
import { setTheme, theme } from "../theme.js";

/** `changed()` when the page is to be drawn anew. */
export function Choices({ changed }) {
  return html`
    <label><span class="hidden-text">${t("language")}</span>
      <select onChange=${(event) => setLanguage(event.target.value).then(changed)}>
        ${[["de", "Deutsch"], ["en", "English"]].map(([code, name]) => html`<option value=${code} selected=${code === language()}>${name}</option>`)}
      </select>
    </label>
    <label><span class="hidden-text">${t("theme")}</span>
      <select onChange=${(event) => (setTheme(event.target.value), changed())}>
        ${["system", "light", "dark"].map((name) => html`<option value=${name} selected=${name === theme()}>${t(`theme_${name}`)}</option>`)}
      </select>
    </label>
  `;
}

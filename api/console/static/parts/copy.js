import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { t } from "../language.js";

/** A button that puts `text` on the clipboard and says that it did. None where pages have no clipboard, as over plain HTTP. */
export function Copy({ text }) {
  const [done, set] = useState(false);
  if (!navigator.clipboard) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    set(true);
    setTimeout(() => set(false), 2000);
  };
  return html`<button type="button" class="plain" onClick=${copy} aria-live="polite">${done ? t("copied") : t("copy")}</button>`;
}

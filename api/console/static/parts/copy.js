import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { t } from "../language.js";

/** A button that puts `text` on the clipboard and says that it did. Where the browser refuses, as in a frame that may not,
 * the text stands selected instead. None where pages have no clipboard, as over plain HTTP. */
export function Copy({ text }) {
  const [done, set] = useState(false);
  const [refused, refuse] = useState(false);
  if (!navigator.clipboard) return null;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      refuse(true);
      return;
    }
    set(true);
    setTimeout(() => set(false), 2000);
  };
  if (refused) {
    return html`<label class="field"><span role="alert">${t("copy_by_hand")}</span><textarea class="mono" rows="2" readonly ref=${select} value=${text} /></label>`;
  }
  return html`<button type="button" class="plain" onClick=${copy} aria-live="polite">${done ? t("copied") : t("copy")}</button>`;
}

function select(field) {
  field?.focus();
  field?.select();
}

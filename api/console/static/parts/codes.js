// The same code in several languages, one of which is shown.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { Copy } from "./copy.js";

/** `written`: {language: code}; the first one is shown until another is chosen. */
export function Codes({ label, written }) {
  const names = Object.keys(written);
  const [chosen, choose] = useState(names[0]);
  const name = chosen in written ? chosen : names[0];
  return html`
    <div>
      <div class="spread">
        <div class="tabs" role="group" aria-label=${label}>
          ${names.map((each) => html`<button type="button" aria-pressed=${each === name} onClick=${() => choose(each)}>${each}</button>`)}
        </div>
        <${Copy} text=${written[name]} />
      </div>
      <pre tabindex="0"><code>${written[name]}</code></pre>
    </div>
  `;
}

// A request as one would write it: curl, Python, JavaScript.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { t } from "../language.js";
import { Copy } from "./copy.js";

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const WRITTEN = {
  curl: (origin, body, wait) =>
    `curl -s ${origin}/v1/jobs -H "Authorization: Bearer $KRITIQ_API_KEY" \\\n  -H 'Content-Type: application/json' -H 'Prefer: wait=${wait}' \\\n  -d ${quoted(JSON.stringify(body))}`,
  Python: (origin, body, wait) => {
    const { text, ...rest } = body;
    const more = Object.entries(rest).map(([name, value]) => `, ${name}=${JSON.stringify(value)}`).join("");
    return `from kritiq_client import Client\n\nwith Client("${origin}") as client:  # reads KRITIQ_API_KEY\n    job = client.submit(${JSON.stringify(text)}${more})\n    print(job.wait(${wait}).sentences)`;
  },
  JavaScript: (origin, body, wait) =>
    `const answer = await fetch("${origin}/v1/jobs", {\n  method: "POST",\n  headers: {\n    Authorization: \`Bearer \${process.env.KRITIQ_API_KEY}\`,\n    "Content-Type": "application/json",\n    Prefer: "wait=${wait}",\n  },\n  body: JSON.stringify(${JSON.stringify(body)}),\n});\nconsole.log(await answer.json());`,
};

/** The call that judges `body`, in each language. */
export function RequestCode({ body, wait }) {
  const names = Object.keys(WRITTEN);
  const [name, set] = useState(names[0]);
  const code = WRITTEN[name](location.origin, body, wait);
  return html`
    <div>
      <div class="spread">
        <div class="tabs" role="tablist" aria-label=${t("as_code")}>
          ${names.map((each) => html`
            <button type="button" role="tab" aria-selected=${each === name} onClick=${() => set(each)}>${each}</button>
          `)}
        </div>
        <${Copy} text=${code} />
      </div>
      <pre tabindex="0"><code>${code}</code></pre>
    </div>
  `;
}

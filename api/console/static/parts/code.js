// A request as one would write it: curl, Python, JavaScript.
import { html } from "../vendor/html.js";
import { t } from "../language.js";
import { Codes } from "./codes.js";

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const curl = (origin, body, wait) =>
  `curl -s ${origin}/v1/jobs -H "Authorization: Bearer $KRITIQ_API_KEY" \\\n  -H 'Content-Type: application/json' -H 'Prefer: wait=${wait}' \\\n  -d ${quoted(JSON.stringify(body))}`;

const inPython = (value) => new Map([[true, "True"], [false, "False"], [null, "None"]]).get(value) ?? JSON.stringify(value);

const python = (origin, body, wait) => {
  const members = Object.entries(body).map(([name, value]) => `${name}=${inPython(value)}`).join(", ");
  return `from kritiq_client import Client, Review\n\nwith Client("${origin}") as kritiq:  # reads KRITIQ_API_KEY\n    job = kritiq.analyze(Review(${members}), timeout_s=${wait})\n    print(job.require_result().sentences)`;
};

const javascript = (origin, body, wait) =>
  `const answer = await fetch("${origin}/v1/jobs", {\n  method: "POST",\n  headers: {\n    Authorization: \`Bearer \${process.env.KRITIQ_API_KEY}\`,\n    "Content-Type": "application/json",\n    Prefer: "wait=${wait}",\n  },\n  body: JSON.stringify(${JSON.stringify(body)}),\n});\nconsole.dir(await answer.json(), { depth: null });`;

/** The call that judges `body`, in each language. */
export function RequestCode({ body, wait }) {
  const { origin } = location;
  const written = { curl: curl(origin, body, wait), Python: python(origin, body, wait), JavaScript: javascript(origin, body, wait) };
  return html`<${Codes} label=${t("as_code")} written=${written} />`;
}

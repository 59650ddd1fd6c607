import { html } from "../vendor/html.js";
import { t } from "../language.js";
import { useBusy } from "./busy.js";
import { chosenRestaurants, RestaurantChoice } from "./restaurant_choice.js";
import { ProblemNote } from "./states.js";

const EVENTS = ["job.succeeded", "job.failed", "job.canceled", "job.expired", "batch.completed", "batch.progress", "batch.lines", "job.deleted", "batch.deleted", "batch.lines_deleted", "endpoint.disabled"];
const BY_CHOICE = new Set(["batch.progress", "batch.lines"]);
/** How much of a batch one of these tells. */
const NUMBERS = [{ name: "progress_lines", max: 10_000, usual: 1000 }, { name: "lines_per_event", max: 100, usual: 10 }];

/** Asks for what an endpoint is; `save(body)` sends it and may raise a Problem. */
export function EndpointForm({ caller, endpoint, save, label }) {
  const { busy, problem, run } = useBusy();
  const chosen = new Set(endpoint?.events ?? EVENTS.filter((name) => !BY_CHOICE.has(name)));
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const body = {
      url: form.get("url").trim(),
      description: form.get("description").trim(),
      events: form.getAll("events"),
      ...Object.fromEntries(NUMBERS.map(({ name }) => [name, Number(form.get(name))])),
      restaurants: chosenRestaurants(form),
      // By a link no endpoint is made to send texts; what does goes on.
      ...(!caller.by_link && { include_text: form.has("include_text") }),
      ...(!endpoint && { signature: form.get("signature") }),
    };
    run(() => save(body));
  };
  return html`
    <form class="stack" onSubmit=${submit}>
      <label class="field"><span>URL</span><input name="url" type="url" required defaultValue=${endpoint?.url} placeholder="https://example.org/webhooks" /></label>
      <label class="field"><span>${t("description")}</span><input name="description" maxlength="200" defaultValue=${endpoint?.description} /></label>
      <fieldset class="stack"><legend>${t("events")}</legend>
        <div class="fields">${EVENTS.map((name) => html`<label class="choice small"><input type="checkbox" name="events" value=${name} defaultChecked=${chosen.has(name)} />${name}</label>`)}</div>
      </fieldset>
      <div class="fields">${NUMBERS.map(({ name, max, usual }) => html`
        <label class="field"><span>${t(name)}</span><input name=${name} type="number" min="1" max=${max} required defaultValue=${endpoint?.[name] ?? usual} /></label>
      `)}</div>
      <${RestaurantChoice} caller=${caller} chosen=${endpoint?.restaurants} />
      ${!caller.by_link && html`<label class="choice"><input type="checkbox" name="include_text" defaultChecked=${endpoint?.include_text} />${t("include_text")}</label>`}
      ${!endpoint && html`
        <label class="field"><span>${t("signature")}</span><select name="signature"><option value="hmac">HMAC-SHA256</option><option value="ed25519">Ed25519</option></select></label>
      `}
      ${problem && html`<${ProblemNote} problem=${problem} />`}
      <div class="row end"><button class="first" aria-disabled=${busy}>${label}</button></div>
    </form>
  `;
}

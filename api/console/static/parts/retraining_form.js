// Has a model learn what people corrected.
import { html } from "../vendor/html.js";
import { post } from "../api.js";
import { t } from "../language.js";
import { useBusy } from "./busy.js";
import { ProblemNote } from "./states.js";

/** Numbers that may be said in place of the usual ones, with what the field takes. */
const NUMBERS = {
  epochs: { min: 1, step: 1 }, learning_rate: { min: 0, max: 1, step: "any" }, seed: { min: 0, step: 1 },
  replay: { min: 1, step: 1 }, repeat: { min: 1, step: 1 },
  margin: { min: 0, max: 1, step: "any" }, aspect_margin: { min: 0, max: 1, step: "any" }, corrected: { min: 0, max: 1, step: "any" },
};

/** `served`: as `GET /v1/models` answers; `done()`: it was asked for. */
export function RetrainingForm({ served, caller, done }) {
  const { busy, problem, run } = useBusy();
  const names = served.aliases.map(({ alias }) => alias);
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const filled = Object.keys(NUMBERS).filter((name) => form.get(name) !== "");
    run(async () => {
      await post("/v1/retrainings", {
        model: form.get("model"),
        tenants: form.get("tenants").split(/[\s,;]+/).filter(Boolean),
        alias: form.get("alias").trim(),
        rollout: form.has("steps") ? {} : null,
        options: Object.fromEntries(filled.map((name) => [name, Number(form.get(name))])),
      });
      done();
    });
  };
  return html`
    <form class="stack" onSubmit=${submit}>
      <p class="small muted">${t("retraining_lead")}</p>
      <label class="field"><span>${t("retraining_base")}</span>
        <select name="model" required>${bases(served).map(({ name, label }) => html`<option value=${name}>${label}</option>`)}</select>
      </label>
      <label class="field"><span>${t("retraining_tenants")}</span><input name="tenants" required defaultValue=${caller.tenant} aria-describedby="retraining-tenants" /></label>
      <p id="retraining-tenants" class="small muted">${t("retraining_tenants_hint")}</p>
      <label class="field"><span>${t("retraining_alias")}</span><input name="alias" required maxlength="64" pattern="[a-z][a-z0-9\\-]*" title=${t("retraining_alias_form")} defaultValue="candidate" list="aliases" /></label>
      <datalist id="aliases">${names.map((name) => html`<option value=${name}></option>`)}</datalist>
      <label class="choice"><input type="checkbox" name="steps" />${t("retraining_steps")}</label>
      <details><summary>${t("retraining_numbers")}</summary>
        <div class="fields">${Object.entries(NUMBERS).map(([name, takes]) => html`
          <label class="field"><span>${t(`retraining_option_${name}`)}</span><input name=${name} type="number" ...${takes} /></label>
        `)}</div>
      </details>
      ${problem && html`<${ProblemNote} problem=${problem} />`}
      <div class="row end"><button class="first" aria-disabled=${busy}>${t("retraining_new")}</button></div>
    </form>
  `;
}

/** What can learn: an alias that stands for one version, and each version. */
function bases({ models, aliases }) {
  const whole = aliases.filter(({ versions }) => Object.keys(versions).length === 1);
  return [
    ...whole.map(({ alias, versions }) => ({ name: alias, label: t("retraining_base_alias", { alias, version: Object.keys(versions)[0] }) })),
    ...models.map(({ id, name, version }) => ({ name: id, label: `${name} ${version}` })),
  ];
}

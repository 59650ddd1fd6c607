// Which restaurants something is for: those that one may name, where one may name only some.
import { html } from "../vendor/html.js";
import { t } from "../language.js";

/** A field of a form for `chosen`, by default all of the caller's; `needed`: at least one. Read by `chosenRestaurants`. */
export function RestaurantChoice({ caller, chosen, needed = false }) {
  const own = caller.restaurants;
  if (!own.length) {
    return html`<label class="field"><span>${needed ? t("which_restaurants") : t("only_restaurants")}</span><input name="restaurants" required=${needed} defaultValue=${chosen?.join(", ")} /></label>`;
  }
  if (own.length === 1) return html`<input type="hidden" name="restaurants" value=${own[0]} />`;
  return html`
    <fieldset class="stack"><legend>${t("restaurants")}</legend>
      <div class="fields">${own.map((name) => html`<label class="choice small"><input type="checkbox" name="restaurants" value=${name} defaultChecked=${!chosen || chosen.includes(name)} />${name}</label>`)}</div>
    </fieldset>
  `;
}

/** What was chosen there. */
export const chosenRestaurants = (form) => form.getAll("restaurants").flatMap((each) => each.split(/[\s,]+/)).filter(Boolean);

// What a restaurant in some time is held against: another restaurant, another time, or both.
import { html } from "../vendor/html.js";
import { day, t } from "../language.js";
import { RestaurantNames } from "./restaurant_names.js";

const DAY_MS = 86_400_000;

/** YYYY-MM-DD, in UTC as the API counts days. */
export const iso = (moment) => new Date(moment).toISOString().slice(0, 10);

/** What the address asks to compare with: {restaurant, from, to}, each "" where nothing is said of it. */
export const comparison = (query) => ({ restaurant: query.get("with") ?? "", from: query.get("with_from") ?? "", to: query.get("with_to") ?? "" });

/** `chosen` as members of the address. */
export const asked = ({ restaurant, from, to }) => ({ with: restaurant, with_from: from, with_to: to });

/**
 * The other side: {restaurant, from, to, label}, or null when nothing is chosen. What is not said of it is as on `own`,
 * the side shown; days are taken over as a pair.
 */
export function otherSide(own, chosen) {
  if (!chosen.restaurant && !chosen.from && !chosen.to) return null;
  const dated = Boolean(chosen.from || chosen.to);
  const { from, to } = dated ? chosen : own;
  const place = chosen.restaurant && chosen.restaurant !== own.restaurant ? chosen.restaurant : "";
  return { restaurant: place || own.restaurant, from, to, label: [place, (dated || !place) && span(from, to)].filter(Boolean).join(", ") };
}

/** Some days as a person reads them. */
function span(from, to) {
  if (from && to) return `${day(from)} – ${day(to)}`;
  return from ? t("since_day", { day: day(from) }) : to ? t("until_day", { day: day(to) }) : t("all_time");
}

/** The fields for it; `change(chosen)` hears what is chosen then. */
export function ComparisonChoice({ own, chosen, change }) {
  const set = (member) => (event) => change({ ...chosen, [member]: event.target.value.trim() });
  const before = () => {
    const last = Date.parse(own.from) - DAY_MS;
    const length = Date.parse(own.to || iso(Date.now())) - Date.parse(own.from);
    change({ ...chosen, from: iso(last - length), to: iso(last) });
  };
  return html`
    <fieldset><legend>${t("compare_with")}</legend>
      <div class="filters">
        <label class="field"><span>${t("restaurant")}</span>
          <input name="with" value=${chosen.restaurant} list="restaurants" placeholder=${own.restaurant} pattern="[A-Za-z0-9._~\\-]{1,100}" title=${t("restaurant_form")} onChange=${(event) => event.target.checkValidity() && set("restaurant")(event)} />
        </label>
        <${RestaurantNames} id="restaurants" without=${own.restaurant} />
        <label class="field"><span>${t("from")}</span><input name="with_from" type="date" value=${chosen.from} onChange=${set("from")} /></label>
        <label class="field"><span>${t("to")}</span><input name="with_to" type="date" value=${chosen.to} onChange=${set("to")} /></label>
        ${own.from && html`<button type="button" onClick=${before}>${t("period_before")}</button>`}
        ${Object.values(chosen).some(Boolean) && html`<button type="button" onClick=${() => change({ restaurant: "", from: "", to: "" })}>${t("compare_end")}</button>`}
      </div>
    </fieldset>
  `;
}

import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { t } from "../language.js";
import { at, go } from "../router.js";
import { List } from "../parts/list.js";
import { Nothing } from "../parts/states.js";
import { useList } from "../resource.js";

export function Restaurants() {
  const list = useList(
    async (token, signal) => {
      const page = await get("/v1/restaurants", { page_size: 100, page_token: token }, signal);
      return { items: page.restaurants.map(({ restaurant }) => ({ id: restaurant })), next: page.next_page_token };
    },
    [],
    { everyMs: 5000, told: ["restaurants"] },
  );
  const open = (event) => {
    event.preventDefault();
    go(at(`/restaurants/${encodeURIComponent(event.target.restaurant.value.trim())}`));
  };
  return html`
    <div class="head">
      <div><h1>${t("nav_restaurants")}</h1><p class="lead">${t("restaurants_lead")}</p></div>
      <form class="filters" onSubmit=${open}>
        <label class="field"><span>${t("restaurant")}</span><input name="restaurant" required pattern="[A-Za-z0-9._~\\-]{1,100}" title=${t("restaurant_form")} list="restaurants" /></label>
        <datalist id="restaurants">${list.items.map(({ id }) => html`<option value=${id}></option>`)}</datalist>
        <button>${t("open")}</button>
      </form>
    </div>
    <section class="card stack">
      <${List} label=${t("nav_restaurants")} list=${list}
        columns=${[{ title: t("restaurant"), cell: ({ id }) => html`<a class="chosen" href=${at(`/restaurants/${encodeURIComponent(id)}`)}>${id}</a>` }]}
        empty=${html`<${Nothing} title=${t("no_restaurants")}>${t("no_restaurants_hint")}<//>`} />
    </section>
  `;
}

// The restaurants that something is known of, as suggestions to a field.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { useResource } from "../resource.js";

const PAGE = 100;
/** More names than this help nobody who looks for one; any other can be typed. */
const MOST = 1000;

/** A list of them for the `list` of an input; `without`: one that is no choice. */
export function RestaurantNames({ id, without }) {
  const { data } = useResource(all, []);
  return html`<datalist id=${id}>${(data ?? []).filter((name) => name !== without).map((name) => html`<option value=${name}></option>`)}</datalist>`;
}

async function all(signal) {
  const names = [];
  let token = "";
  do {
    const page = await get("/v1/restaurants", { page_size: PAGE, page_token: token }, signal);
    names.push(...page.restaurants.map(({ restaurant }) => restaurant));
    token = page.next_page_token;
  } while (token && names.length < MOST);
  return names;
}

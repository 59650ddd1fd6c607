// Links that show a restaurant its own webhooks, in its own pages, for a while.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { call, get, post } from "../api.js";
import { moment, t } from "../language.js";
import { useList } from "../resource.js";
import { useBusy } from "./busy.js";
import { Copy } from "./copy.js";
import { Ask, Dialog } from "./dialog.js";
import { List } from "./list.js";
import { chosenRestaurants, RestaurantChoice } from "./restaurant_choice.js";
import { Nothing, ProblemNote } from "./states.js";

export function WebhookLinks({ caller }) {
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState(null);
  const list = useList(
    async (token, signal) => {
      const page = await get("/v1/webhook-links", { page_size: 5, page_token: token }, signal);
      return { items: page.links, next: page.next_page_token };
    },
    [],
    { everyMs: 5000, told: ["webhook-links"] },
  );
  const make = async (body) => {
    setMade(await post("/v1/webhook-links", body));
    setMaking(false);
    list.reload();
  };
  const revoke = (id) => async () => {
    await call("DELETE", `/v1/webhook-links/${id}`);
    if (made?.id === id) setMade(null);
    list.reload();
  };
  const columns = [
    { title: t("restaurants"), cell: (link) => html`<span class="chosen">${link.restaurants.join(", ")}</span><div class="mono small muted">${link.id}</div>` },
    { title: t("created"), cell: (link) => html`<span class="small">${moment(link.created_at)}</span>` },
    { title: t("link_opened"), cell: (link) => html`<span class="small">${moment(link.opened_at)}</span>` },
    { title: t("expires"), cell: (link) => html`<span class="small">${moment(link.expires_at)}</span>` },
    { title: html`<span class="hidden-text">${t("actions")}</span>`, cell: (link) => html`<${Ask} label=${t("revoke")} title=${t("link_revoke")} text=${t("link_revoke_text")} act=${revoke(link.id)} />` },
  ];
  return html`
    <section class="card stack">
      <div class="spread"><h2>${t("links")}</h2><button type="button" onClick=${() => setMaking(true)}>${t("link_new")}</button></div>
      <p class="muted">${t("links_lead")}</p>
      ${made && html`<${Made} link=${made} />`}
      <${List} label=${t("links")} list=${list} columns=${columns} empty=${html`<${Nothing} title=${t("no_links")} />`} />
    </section>
    ${making && html`<${Dialog} title=${t("link_new")} onClose=${() => setMaking(false)}><${LinkForm} caller=${caller} save=${make} /><//>`}
  `;
}

/** Its address is shown once. Not as a link: who follows it here has opened it. */
function Made({ link }) {
  const url = new URL(link.url, location.origin).href;
  return html`
    <div class="good stack" role="status">
      <p>${t("link_once", { at: moment(link.expires_at) })}</p>
      <div class="row"><code class="mono">${url}</code><${Copy} text=${url} /></div>
    </div>
  `;
}

function LinkForm({ caller, save }) {
  const { busy, problem, run } = useBusy();
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    run(() => save({
      restaurants: chosenRestaurants(form),
      frame_origins: form.get("origins").split(/[\s,]+/).filter(Boolean),
      session_s: Number(form.get("minutes")) * 60,
    }));
  };
  return html`
    <form class="stack" onSubmit=${submit}>
      <${RestaurantChoice} caller=${caller} needed=${true} />
      <label class="field"><span>${t("link_origins")}</span><input name="origins" placeholder="https://app.example.com" /></label>
      <label class="field"><span>${t("link_minutes")}</span><input name="minutes" type="number" min="1" max="1440" required defaultValue="60" /></label>
      ${problem && html`<${ProblemNote} problem=${problem} />`}
      <div class="row end"><button class="first" aria-disabled=${busy}>${t("make")}</button></div>
    </form>
  `;
}

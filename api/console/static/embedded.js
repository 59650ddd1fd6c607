// The webhooks of some restaurants, in a page of their own or in another one's frame, for whoever has a link.
import { html } from "./vendor/html.js";
import { useEffect, useState } from "./vendor/hooks.js";
import { connection, request, soon } from "./api.js";
import { language, moment, t } from "./language.js";
import { found, ROOT, useRoute } from "./router.js";
import { openLink } from "./session.js";
import { useResource } from "./resource.js";
import { Choices } from "./parts/choices.js";
import { ProblemNote, Waiting } from "./parts/states.js";
import { View } from "./parts/view.js";
import { Delivery } from "./views/delivery.js";
import { Endpoint } from "./views/endpoint.js";
import { Webhooks } from "./views/webhooks.js";

const VIEWS = [
  ["/", Webhooks, "nav_webhooks"],
  ["/webhooks", Webhooks, "nav_webhooks"],
  ["/webhooks/:id", Endpoint, "endpoint"],
  ["/deliveries/:id", Delivery, "delivery"],
];

export function Embedded() {
  const [, redraw] = useState(0);
  const [ended, end] = useState(false);
  const door = useResource((signal) => openLink(request, ROOT.split("/").at(-1), soon(signal)), []);
  useEffect(() => {
    document.documentElement.lang = language();
  });
  useEffect(() => {
    const over = () => end(true);
    connection.addEventListener("refused", over);
    return () => connection.removeEventListener("refused", over);
  }, []);
  if (ended || door.problem?.status === 404) return html`<${Ended} opened=${ended} />`;
  if (door.data) return html`<${Page} caller=${door.data} changed=${() => redraw((count) => count + 1)} />`;
  return html`<main class="sign-in">${door.problem ? html`<${ProblemNote} problem=${door.problem} retry=${door.reload} />` : html`<${Waiting} />`}</main>`;
}

function Page({ caller, changed }) {
  const { path, query } = useRoute();
  return html`
    <${View} place=${found(VIEWS, path)} path=${path} query=${query} caller=${caller}>
      <header class="above">
        <span class="muted small">${caller.restaurants.join(", ")} · ${t("link_until", { at: moment(caller.expires_at) })}</span>
        <span class="row"><${Choices} changed=${changed} /></span>
      </header>
    <//>
  `;
}

/** A link opens once, and this page remembers nothing: it is to be asked for anew where it came from. */
function Ended({ opened }) {
  return html`
    <main class="sign-in"><section class="card stack">
      <h1>${opened ? t("link_ended") : t("link_spent")}</h1><p>${t("link_again")}</p>
    </section></main>
  `;
}

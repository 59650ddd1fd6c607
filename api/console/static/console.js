// The console: navigation, and beside it the view that the address asks for.
import { html } from "./vendor/html.js";
import { useEffect, useState } from "./vendor/hooks.js";
import { connection, request, soon } from "./api.js";
import { language, t } from "./language.js";
import { live } from "./live.js";
import { at, found, go, useRoute } from "./router.js";
import { may, signOut, who } from "./session.js";
import { useResource } from "./resource.js";
import { Choices } from "./parts/choices.js";
import { Do } from "./parts/dialog.js";
import { ProblemNote, Waiting } from "./parts/states.js";
import { View } from "./parts/view.js";
import { SignIn } from "./views/sign_in.js";
import { VIEWS } from "./views/index.js";

const MARK = new URL("./mark.svg", import.meta.url).href;

/** Where one can go, and the scopes without which there is nothing to see. */
const PLACES = [
  ["/", "jobs:read"], ["/try", "jobs:write"], ["/jobs", "jobs:read"], ["/batches", "jobs:read"], ["/webhooks", "webhooks:manage"],
  ["/restaurants", "jobs:read"], ["/label", "jobs:read", "jobs:write"], ["/models", "jobs:read"], ["/usage", "jobs:read"],
  ["/keys", "admin"], ["/audit", "admin"],
];

export function Console() {
  const [visit, setVisit] = useState(0);
  const again = () => setVisit((count) => count + 1);
  const [ended, setEnded] = useState(false);
  const entered = () => (setEnded(false), again());
  // In another language or look what stands there is drawn anew, not asked for: nobody loses what they typed.
  const [, redraw] = useState(0);
  const changed = () => redraw((count) => count + 1);
  const door = useResource((signal) => who(request, soon(signal)), [visit]);
  useEffect(() => {
    document.documentElement.lang = language();
  });
  useEffect(() => {
    // A session that ended while the page was open: it is asked for a key where it is.
    const refused = () => (setEnded(true), again());
    connection.addEventListener("refused", refused);
    return () => connection.removeEventListener("refused", refused);
  }, []);
  if ([401, 403].includes(door.problem?.status)) return html`<${SignIn} ended=${ended} done=${entered} changed=${changed} />`;
  if (door.data) return html`<${Frame} caller=${door.data} again=${again} changed=${changed} />`;
  return html`<main class="sign-in">${door.problem ? html`<${ProblemNote} problem=${door.problem} retry=${again} />` : html`<${Waiting} />`}</main>`;
}

function Frame({ caller, again, changed }) {
  const { path, query } = useRoute();
  const places = PLACES.filter(([, ...scopes]) => scopes.every((scope) => may(caller, scope))).map(([place]) => place);
  // A key that may not see the overview begins with what it may see.
  const elsewhere = path === "/" && places.length > 0 && !places.includes("/");
  const listens = may(caller, "jobs:read");
  useEffect(() => {
    if (listens) live.begin();
    return () => live.end();
  }, [listens]);
  useEffect(() => {
    if (elsewhere) go(at(places[0]), { replace: true });
  }, [path]);
  useEffect(() => {
    // On a phone they stand in one line, of which a part is seen.
    document.querySelector(".side [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path]);
  return html`
    <${View} place=${found(VIEWS, path)} path=${path} query=${query} caller=${caller} wait=${elsewhere}>
      <header class="side">
        <a class="brand" href=${at("/")}><img src=${MARK} alt="" width="34" height="34" />Kritiq</a>
        <nav aria-label=${t("navigation")}>
          <ul>${places.map((place) => html`<li><a href=${at(place)} aria-current=${within(place, path) ? "page" : null}>${t(`nav_${place.slice(1) || "overview"}`)}</a></li>`)}</ul>
        </nav>
        <div class="side-end">
          <${Choices} changed=${changed} />
          <a href="/docs">${t("documentation")}</a>
          ${caller.csrf_token && html`
            <span class="muted">${t("signed_in", { tenant: caller.tenant })}</span>
            <${Do} label=${t("sign_out")} act=${() => signOut(request).then(again)} />
          `}
        </div>
      </header>
    <//>
  `;
}

function within(place, path) {
  return place === "/" ? path === "/" : path === place || path.startsWith(`${place}/`);
}

// The frame: navigation, language, the state of the connection, and the view that the address asks for.
import { html } from "./vendor/html.js";
import { useEffect, useErrorBoundary, useRef, useState } from "./vendor/hooks.js";
import { broken, connection, request } from "./api.js";
import { language, setLanguage, t } from "./language.js";
import { at, followed, go, match, useRoute } from "./router.js";
import { may, signOut, who } from "./session.js";
import { setTheme, theme } from "./theme.js";
import { useResource } from "./resource.js";
import { ProblemNote, Waiting } from "./parts/states.js";
import { SignIn } from "./views/sign_in.js";
import { VIEWS } from "./views/index.js";

/** Where one can go, and the scope without which there is nothing to see. */
const PLACES = [
  ["/", "jobs:read"], ["/try", "jobs:write"], ["/jobs", "jobs:read"], ["/batches", "jobs:read"], ["/webhooks", "webhooks:manage"],
  ["/restaurants", "jobs:read"], ["/models", "jobs:read"], ["/usage", "jobs:read"], ["/keys", "admin"], ["/audit", "admin"],
];

export function Console() {
  const [visit, setVisit] = useState(0);
  const again = () => setVisit((count) => count + 1);
  // In another language or look what stands there is drawn anew, not asked for: nobody loses what they typed.
  const [, redraw] = useState(0);
  const changed = () => redraw((count) => count + 1);
  const door = useResource((signal) => who(request, signal), [visit]);
  useEffect(() => {
    document.documentElement.lang = language();
  });
  useEffect(() => {
    // A session that ended while the page was open: it is asked for a key where it is.
    connection.addEventListener("refused", again);
    return () => connection.removeEventListener("refused", again);
  }, []);
  if ([401, 403].includes(door.problem?.status)) return html`<${SignIn} done=${again} />`;
  if (door.data) return html`<${Frame} caller=${door.data} again=${again} changed=${changed} />`;
  return html`<main class="sign-in">${door.problem ? html`<${ProblemNote} problem=${door.problem} retry=${again} />` : html`<${Waiting} />`}</main>`;
}

function Frame({ caller, again, changed }) {
  const { path, query } = useRoute();
  const [reached, setReached] = useState(true);
  const main = useRef(null);
  useEffect(() => {
    const tell = ({ detail }) => setReached(detail);
    connection.addEventListener("change", tell);
    return () => connection.removeEventListener("change", tell);
  }, []);

  const places = PLACES.filter(([, scope]) => may(caller, scope)).map(([place]) => place);
  const { View, values, title } = view(path);
  // A key that may not see the overview begins with what it may see.
  const elsewhere = path === "/" && places.length && !places.includes("/");
  useEffect(() => {
    if (elsewhere) go(at(places[0]), { replace: true });
  }, [path]);
  useEffect(() => {
    document.title = `${title} · Kritiq`;
  }, [title]);
  const arrived = useRef(false);
  useEffect(() => {
    // Who reads by ear or keyboard goes on at the new view, not at the link that led there.
    if (arrived.current) main.current?.focus({ preventScroll: true });
    arrived.current = true;
  }, [path]);

  return html`
    <div onClick=${followed}>
      <a class="skip" href="#main">${t("skip")}</a>
      ${!reached && html`<div class="lost" role="alert">${t("lost")}</div>`}
      <div class="frame">
        <header class="side">
          <a class="brand" href=${at("/")}><img src="/console/static/mark.svg" alt="" width="34" height="34" />Kritiq</a>
          <nav aria-label=${t("navigation")}>
            <ul>${places.map((place) => html`<li><a href=${at(place)} aria-current=${within(place, path) ? "page" : null}>${t(`nav_${place.slice(1) || "overview"}`)}</a></li>`)}</ul>
          </nav>
          <div class="side-end">
            <label><span class="hidden-text">${t("language")}</span>
              <select onChange=${(event) => setLanguage(event.target.value).then(changed)}>
                ${[["de", "Deutsch"], ["en", "English"]].map(([code, name]) => html`<option value=${code} selected=${code === language()}>${name}</option>`)}
              </select>
            </label>
            <label><span class="hidden-text">${t("theme")}</span>
              <select onChange=${(event) => (setTheme(event.target.value), changed())}>
                ${["system", "light", "dark"].map((name) => html`<option value=${name} selected=${name === theme()}>${t(`theme_${name}`)}</option>`)}
              </select>
            </label>
            <a href="/docs">${t("documentation")}</a>
            ${caller.csrf_token && html`
              <span class="muted">${t("signed_in", { tenant: caller.tenant })}</span>
              <button type="button" onClick=${() => signOut(request).then(again)}>${t("sign_out")}</button>
            `}
          </div>
        </header>
        <main id="main" tabindex="-1" ref=${main}>
          <${Whole} key=${path} title=${title}>${elsewhere ? null : View ? html`<${View} ...${values} query=${query} caller=${caller} />` : html`<h1>${t("not_there")}</h1>`}<//>
        </main>
      </div>
    </div>
  `;
}

/** The view, or that it has a fault; the navigation beside it stays. */
function Whole({ title, children }) {
  const [error] = useErrorBoundary();
  return error ? html`<h1>${title}</h1><${ProblemNote} problem=${broken(error)} />` : children;
}

function view(path) {
  for (const [pattern, View, name] of VIEWS) {
    const values = match(pattern, path);
    if (values) return { View, values, title: t(name) };
  }
  return { View: null, values: {}, title: t("not_there") };
}

function within(place, path) {
  return place === "/" ? path === "/" : path === place || path.startsWith(`${place}/`);
}

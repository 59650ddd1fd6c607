// What the address asks for, in the page's main part, and whether the API can be reached.
import { html } from "../vendor/html.js";
import { useEffect, useErrorBoundary, useRef, useState } from "../vendor/hooks.js";
import { broken, connection } from "../api.js";
import { t } from "../language.js";
import { followed } from "../router.js";
import { useKeptFocus } from "./focus.js";
import { ProblemNote } from "./states.js";

/** `place`: a view as `found` gives it, `children`: what stands around it; `wait`: another view is on its way. */
export function View({ place, path, query, caller, wait = false, children }) {
  const [reached, setReached] = useState(true);
  const main = useRef(null);
  useKeptFocus(main);
  useEffect(() => {
    const tell = ({ detail }) => setReached(detail);
    connection.addEventListener("change", tell);
    return () => connection.removeEventListener("change", tell);
  }, []);
  const { View: Shown, values } = place;
  const title = t(place.name);
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
        ${children}
        <main id="main" tabindex="-1" ref=${main}>
          <${Whole} key=${path} title=${title}>${wait ? null : Shown ? html`<${Shown} ...${values} query=${query} caller=${caller} />` : html`<h1>${title}</h1>`}<//>
        </main>
      </div>
    </div>
  `;
}

/** The view, or that it has a fault; what stands around it stays. */
function Whole({ title, children }) {
  const [error] = useErrorBoundary();
  return error ? html`<h1>${title}</h1><${ProblemNote} problem=${broken(error)} />` : children;
}

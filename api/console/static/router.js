// Which view an address shows. Addresses are those of the page itself, so that they can be kept, sent and reloaded.
import { useEffect, useState } from "./vendor/hooks.js";

/** Below which all views are: the console, or one link. */
export const ROOT = location.pathname.match(/^\/embed\/[^/]+/)?.[0] ?? "/console";
const listeners = new Set();

/** The path below it, escaped as it stands in the address, and its query. */
function here() {
  const path = location.pathname.slice(ROOT.length).replace(/\/+$/, "") || "/";
  return { path, query: new URLSearchParams(location.search) };
}

/** The address of a view: `at("/jobs", {status: "failed"})`. Empty members of the query are left out. */
export function at(path, query = {}) {
  const kept = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const search = new URLSearchParams(kept).toString();
  return ROOT + (path === "/" ? "/" : path) + (search ? `?${search}` : "");
}

/** Shows another view. `replace`: the one before is not to be gone back to, as while a filter is typed. */
export function go(address, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  for (const tell of listeners) tell();
  if (!replace) window.scrollTo(0, 0);
}

/** Where we are; the component is drawn again when that changes. */
export function useRoute() {
  const [route, set] = useState(here);
  useEffect(() => {
    const moved = () => set(here());
    listeners.add(moved);
    window.addEventListener("popstate", moved);
    return () => {
      listeners.delete(moved);
      window.removeEventListener("popstate", moved);
    };
  }, []);
  return route;
}

/** Follows links within the console without loading the page anew; with a modifier key the browser does as always. */
export function followed(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const url = new URL(link.href);
  const ours = url.origin === location.origin && (url.pathname === ROOT || url.pathname.startsWith(`${ROOT}/`));
  // A place within the view, such as where its content begins, is the browser's to go to.
  if (!ours || url.hash || link.target || link.hasAttribute("download")) return;
  event.preventDefault();
  go(url.pathname + url.search);
}

/** The view of `views`, [[pattern, View, name of its title]], that `path` asks for: {View, values, name}; View null: none. */
export function found(views, path) {
  for (const [pattern, View, name] of views) {
    const values = match(pattern, path);
    if (values) return { View, values, name };
  }
  return { View: null, values: {}, name: "not_there" };
}

/** The values of `:names` in a pattern such as "/jobs/:id" when `path` has its form, else null. `path` is still escaped. */
function match(pattern, path) {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const values = {};
  for (const [index, part] of wanted.entries()) {
    if (!part.startsWith(":")) {
      if (part !== given[index]) return null;
    } else if ((values[part.slice(1)] = unescaped(given[index])) === null) return null;
  }
  return values;
}

/** null when it is no escaped text, as a person may type it. */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

// What a view has asked the API for: loading, there, refreshed, or a problem.
import { useCallback, useEffect, useRef, useState } from "./vendor/hooks.js";
import { Asker } from "./asker.js";

/**
 * Asks by `load(signal, data, tell)` when `about` changes, and again every `everyMs` while the page is seen; where it changes with
 * what `live` tells (`told`: kinds; `only`: of that restaurant), with each change, and, unless it changes with something else
 * besides (`alsoElse`), every so often only while nothing is told. What was there stays while it is asked again; what cannot be answered is asked again by
 * itself, less and less often. Returns {data, problem, loading, reload}, and for lists {growing, ask}.
 */
export function useResource(load, about, { everyMs = 0, told, only, alsoElse } = {}) {
  const [state, set] = useState({ data: null, problem: null, loading: true, growing: false });
  const asked = useRef(load);
  asked.current = load;
  const asker = useRef(null);
  useEffect(() => {
    asker.current = new Asker((...given) => asked.current(...given), set, everyMs, { told, only, alsoElse });
    asker.current.begin();
    return () => asker.current.end();
  }, about);
  useEffect(() => asker.current.every(everyMs), [everyMs]);
  const reload = useCallback(() => asker.current.ask(), []);
  const ask = useCallback((more) => asker.current.ask(more), []);
  return { ...state, reload, ask };
}

/** What endpoints change with. */
export const OF_ENDPOINTS = ["deliveries", "endpoints"];

/**
 * A list that grows page by page: `load(token, signal)` answers {items, next, backTo?}; entries have an `id`. All that is
 * shown of it is refreshed by itself. `backTo` is the time down to which all was looked at, where the API says so.
 */
export function useList(load, about, options) {
  const resource = useResource((signal, list, tell) => refreshed(load, list, signal, tell), about, options);
  const grow = () => resource.ask((signal, list, tell) => further(load, list ?? EMPTY, signal, tell));
  return { ...resource, ...(resource.data ?? EMPTY), grow };
}

const EMPTY = { items: [], next: null, backTo: null };
/** A page of a filtered list may be empty and have a next one: so many are looked at before a person is asked. */
const MOST_PAGES = 30;

/** The list with the next page on which there is something; `tell` hears of how far it is. */
async function further(load, list, signal, tell) {
  let found = list;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const { items, next, backTo = null } = await load(found.next, signal);
    found = { items: [...found.items, ...items], next, backTo };
    if (items.length || !next) break;
    tell(found);
  }
  return found;
}

/** The list as it is now, as far as it was shown before. */
async function refreshed(load, list, signal, tell) {
  if (!list) return further(load, EMPTY, signal, tell);
  if (!list.items.length && list.next) {
    // What was looked through in vain is not looked through again, only what is new.
    const { items, next, backTo = null } = await load(null, signal);
    return items.length ? { items, next, backTo } : list;
  }
  const unsaid = () => {};
  let now = await further(load, EMPTY, signal, unsaid);
  while (now.next && now.items.length < list.items.length) now = await further(load, now, signal, unsaid);
  return now;
}

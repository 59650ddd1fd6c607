// What a view has asked the API for: loading, there, refreshed, or a problem.
import { useCallback, useEffect, useRef, useState } from "./vendor/hooks.js";
import { broken, Problem } from "./api.js";

/** An answer that takes longer than this will not come. */
const LONGEST_MS = 30_000;

/**
 * Asks by `load(signal)` when `about` changes, and again every `everyMs` while the page is seen, unless it still waits for
 * an answer or was refused: that would be the same again, and each refusal stands in the audit log. What was there stays
 * while it is asked again and while the API cannot answer. Returns {data, problem, loading, reload}.
 */
export function useResource(load, about, { everyMs = 0 } = {}) {
  const [state, set] = useState({ data: null, problem: null, loading: true });
  const asked = useRef(load);
  asked.current = load;
  const running = useRef(null);
  const rests = useRef(true);

  const reload = useCallback(async () => {
    running.current?.abort();
    const mine = (running.current = new AbortController());
    rests.current = false;
    try {
      const data = await asked.current(AbortSignal.any([mine.signal, AbortSignal.timeout(LONGEST_MS)]));
      if (mine.signal.aborted) return;
      rests.current = true;
      set({ data, problem: null, loading: false });
    } catch (error) {
      if (mine.signal.aborted) return;
      const problem = error instanceof Problem ? error : broken(error);
      rests.current = ![401, 403].includes(problem.status);
      const lost = problem.status === 0 || problem.status === 429 || problem.status >= 500;
      set((before) => ({ data: lost ? before.data : null, problem, loading: false }));
    }
  }, []);

  useEffect(() => {
    set({ data: null, problem: null, loading: true });
    reload();
    return () => running.current?.abort();
  }, about);

  useEffect(() => {
    if (!everyMs) return undefined;
    const timer = setInterval(() => document.hidden || !rests.current || reload(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, ...about]);

  return { ...state, reload };
}

/**
 * A list that grows page by page: `load(token, signal)` answers {items, next}. Its first page is refreshed by itself;
 * what was there behind it stays, and is fetched anew only when so much is new that a gap could be between them.
 */
export function useList(load, about, { everyMs = 0 } = {}) {
  const [list, setList] = useState(NOTHING);
  const first = useResource((signal) => filled(load, null, signal), about, { everyMs });
  const growing = useRef(null);
  useEffect(() => {
    setList(NOTHING);
    return () => growing.current?.abort();
  }, about);
  useEffect(() => first.data && setList((before) => refreshed(before, first.data)), [first.data]);

  const grow = async () => {
    const mine = (growing.current = new AbortController());
    setList((before) => ({ ...before, growing: true, problem: null }));
    try {
      const page = await filled(load, list.next, mine.signal);
      if (mine.signal.aborted) return;
      setList((before) => ({ ...before, items: [...before.items, ...page.items], next: page.next, growing: false }));
    } catch (problem) {
      // The list is about something else by now.
      if (mine.signal.aborted) return;
      setList((before) => ({ ...before, growing: false, problem }));
    }
  };
  return { ...first, ...list, grow, problem: first.problem ?? list.problem };
}

const NOTHING = { items: [], next: null, growing: false, problem: null };
const MOST_EMPTY_PAGES = 20;

/** A page of a filtered list may be empty and have a next one. */
async function filled(load, token, signal) {
  let page = await load(token, signal);
  for (let tries = 1; !page.items.length && page.next && tries < MOST_EMPTY_PAGES; tries += 1) page = await load(page.next, signal);
  return page;
}

/** The list with its first page as it is now. Entries have an `id`. */
function refreshed(list, page) {
  const last = page.items.at(-1)?.id;
  const place = list.items.findIndex(({ id }) => id === last);
  const rest = place < 0 || !page.next ? [] : list.items.slice(place + 1);
  return { ...list, items: [...page.items, ...rest], next: rest.length ? list.next : page.next };
}

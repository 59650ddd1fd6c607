import { need, type Core } from "./core.js";
import { ApiError } from "./errors.js";
import { retrying } from "./retries.js";

type Fetch = (request: Request) => Promise<Response>;
type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

/** Entries of a page, unless the caller says otherwise. */
const PAGE = 100;

/** Everything in a list, page by page as it is asked for: `page` asks for one, `of` has its entries. */
export async function* paged<P extends { next_page_token: string | null }, T>(
  page: (more: { page_size: number; page_token?: string }) => Answer<P>,
  of: (page: P) => readonly T[],
  size: number = PAGE,
): AsyncGenerator<T> {
  for (let token: string | null = null; ; ) {
    const found: P = await need(page({ page_size: size, ...(token === null ? {} : { page_token: token }) }));
    yield* of(found);
    token = found.next_page_token;
    if (token === null) return;
  }
}

/**
 * A call, sent with the `fetch` that it is given. What fails with this status after an answer that was lost may have worked:
 * then `found` says what came of it, or undefined if it did not.
 */
export async function unheard<T, S>(
  core: Core,
  status: number,
  send: (fetch: Fetch) => Answer<T>,
  found: () => S | Promise<S>,
): Promise<T | NonNullable<S>> {
  let sent = 0;
  const counted: Fetch = (request) => {
    sent += 1;
    return core.outside.fetch(request);
  };
  try {
    return await need(send(retrying(core.retries, { ...core.outside, fetch: counted })));
  } catch (error) {
    if (!(error instanceof ApiError && error.status === status && sent > 1)) throw error;
    const came = await found();
    if (came === undefined || came === null) throw error;
    return came;
  }
}

/** A DELETE, sent with the `fetch` that it is given; 410 after an answer that was lost means that it worked. */
export async function removed(core: Core, send: (fetch: Fetch) => Answer<unknown>): Promise<void> {
  await unheard(core, 410, send, () => true);
}

/** What `look` finds when it has ended, looked at every so many seconds, or as it is after `timeout` seconds. */
export async function untilEnded<T>(
  core: Core,
  look: () => Promise<T>,
  ended: (found: T) => boolean,
  { every, timeout }: { every: number; timeout: number },
): Promise<T> {
  const end = core.outside.clock() + timeout;
  for (;;) {
    const found = await look();
    const rest = end - core.outside.clock();
    if (ended(found) || rest <= 0) return found;
    await core.outside.sleep(Math.min(every, rest));
  }
}

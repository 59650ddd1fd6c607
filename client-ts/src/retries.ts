import { reason, unbroken } from "./answers.js";
import { errorOf, retryAfter, TransportError } from "./errors.js";
import { keyed, repeatable } from "./repeats.js";

/** How patient a client is. Times are seconds. */
export interface Retries {
  /** Requests in all, the first included. */
  attempts: number;
  /** Before the second request; doubles from there. */
  base: number;
  cap: number;
  /** A `Retry-After` that is longer is not waited for. */
  longestRetryAfter: number;
  /** From the first request; no wait goes beyond it. */
  total: number;
  /** Until an answer is there, of streams and tables its head, beyond what the service was asked to wait. */
  answer: number;
}

export const RETRIES: Retries = { attempts: 6, base: 0.25, cap: 20, longestRetryAfter: 60, total: 120, answer: 40 };

/** What time and chance are; tests put their own in. */
export interface Outside {
  fetch: (request: Request) => Promise<Response>;
  /** Seconds that only ever grow. */
  clock: () => number;
  sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
  /** Evenly from 0 to 1. */
  chance: () => number;
}

export const OUTSIDE: Outside = {
  fetch: (request) => fetch(request),
  clock: () => performance.now() / 1000,
  sleep: (seconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => (clearTimeout(timer), reject(signal?.reason));
      const timer = setTimeout(() => (signal?.removeEventListener("abort", stop), resolve()), seconds * 1000);
      signal?.addEventListener("abort", stop, { once: true });
    }),
  chance: Math.random,
};

/** Said by the service, or by a proxy in front of it: later may work. */
const LATER = new Set([429, 502, 503, 504]);

/** Seconds to wait after failed request number `attempt`, from 1; null to give up. Never sooner than was asked. */
export function delay(retries: Retries, attempt: number, asked: number | null, chance: number): number | null {
  if (attempt >= retries.attempts || (asked !== null && asked > retries.longestRetryAfter)) return null;
  const backoff = Math.min(retries.cap, retries.base * 2 ** Math.min(attempt - 1, 30)) * (0.5 + 0.5 * chance);
  return Math.max(backoff, (asked ?? 0) * (1 + 0.2 * chance));
}

/**
 * A `fetch` that sends a request again as `retries` allow, and gives the last answer, whatever its status.
 * Problems with a code in `handBack` are given at once. Throws TransportError when no answer came, or none to its end;
 * what the request's signal was aborted with.
 */
export function retrying(retries: Retries, outside: Outside, handBack: ReadonlySet<string> = new Set()) {
  return async (request: Request): Promise<Response> => {
    const end = outside.clock() + retries.total;
    keyed(request);
    for (let attempt = 1; ; attempt += 1) {
      let answer: Response | null = null;
      let failure: TransportError | null = null;
      try {
        answer = await answered(outside, request, retries.answer);
        const again = LATER.has(answer.status) && (repeatable(request) || answer.status === 429);
        if (!again || (handBack.size > 0 && handBack.has((await errorOf(answer.clone())).code))) return answer;
      } catch (error) {
        if (request.signal.aborted) throw request.signal.reason;
        failure =
          error instanceof TransportError
            ? error
            : new TransportError(`No answer from ${new URL(request.url).origin}: ${reason(error)}`, { cause: error });
        if (!repeatable(request)) throw failure;
      }
      const pause = delay(retries, attempt, answer ? retryAfter(answer.headers) : null, outside.chance());
      if (pause === null || outside.clock() + pause >= end) {
        if (failure) throw failure;
        return answer!;
      }
      // One that broke off cannot be canceled, and need not be.
      await answer?.body?.cancel().catch(() => undefined);
      await outside.sleep(pause, request.signal);
    }
  };
}

/** The answer, of streams and tables its head, within `seconds` and what the request asks the service to wait. */
async function answered(outside: Outside, request: Request, seconds: number): Promise<Response> {
  // A signal that is aborted tells no listener any more.
  request.signal.throwIfAborted();
  const stop = new AbortController();
  const forward = () => stop.abort(request.signal.reason);
  request.signal.addEventListener("abort", forward, { once: true });
  const asked = new URL(request.url).searchParams.get("wait") ?? /wait=(\d+)/.exec(request.headers.get("prefer") ?? "")?.[1];
  const timer = setTimeout(() => stop.abort(new Error("it took too long")), (seconds + Number(asked ?? 0)) * 1000);
  try {
    // A body can be sent once: each try has its own copy. A redirect is an answer: followed, a POST may become a GET.
    const copy = new Request(request.clone(), { signal: stop.signal, redirect: "manual" });
    return await unbroken(await outside.fetch(copy), request.signal);
  } finally {
    clearTimeout(timer);
  }
}

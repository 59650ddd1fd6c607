// The public contract, /v1: what the console can do, any client can.
import { bearerToken, csrfToken } from "./session.js";

/** What the API answers when it does not do what was asked (RFC 9457). Status 0: it could not be reached. */
export class Problem extends Error {
  constructor(status, { code = "", detail = "", detail_code = null, errors = [] } = {}, retryAfter = null) {
    super(detail || code || String(status));
    Object.assign(this, { status, code, detail, detail_code, errors, retryAfter });
  }

  /** Whether the same may be answered a little later. */
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** What is wrong with us, not with what was asked. */
export const broken = (error) => new Problem(-1, { code: "broken", detail: String(error) });

/** What the API answers without its store; a proxy without the API says 502, 503 or 504, and nothing in JSON. */
const UNAVAILABLE = "temporarily-unavailable";

/** Told `true` and `false` when the API is reached and when it is not. */
export const connection = new EventTarget();
let reached = true;

function notice(now) {
  if (now === reached) return;
  reached = now;
  connection.dispatchEvent(new CustomEvent("change", { detail: now }));
}

function address(path, query) {
  const kept = Object.entries(query ?? {}).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return path + (kept.length ? `?${new URLSearchParams(kept)}` : "");
}

/** An answer that takes longer than this will not come. */
const LONGEST_MS = 30_000;

/** `signal`, or that an answer takes too long. */
export const soon = (signal) => AbortSignal.any([AbortSignal.timeout(LONGEST_MS), ...(signal ? [signal] : [])]);

/** One request; the answer as it comes. Raises Problem. */
export async function request(method, path, { query, body, headers = {}, signal } = {}) {
  const sent = new Headers(headers);
  if (method !== "GET" && csrfToken()) sent.set("X-CSRF-Token", csrfToken());
  if (bearerToken()) sent.set("Authorization", `Bearer ${bearerToken()}`);
  if (body !== undefined && !sent.has("Content-Type")) {
    sent.set("Content-Type", "application/json");
    body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(address(path, query), { method, body, headers: sent, signal, cache: "no-store", credentials: bearerToken() ? "omit" : "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    notice(false);
    throw new Problem(0, { code: "unreachable" });
  }
  if (answer.ok) return notice(true), answer;
  if (answer.status === 401 && path !== "/v1/session") connection.dispatchEvent(new Event("refused"));
  const refusal = await answer.json().catch(() => null);
  const problem = refusal?.code ? refusal : { code: answer.status > 500 ? UNAVAILABLE : "", detail: `HTTP ${answer.status}` };
  // A full queue and the like are 503 too, but the API is there and says so.
  notice(problem.code !== UNAVAILABLE);
  throw new Problem(answer.status, problem, answer.headers.get("Retry-After"));
}

/** The JSON of an answer; null for one without a body. */
export async function call(method, path, options) {
  const answer = await request(method, path, options);
  return answer.status === 204 ? null : whole(answer.json());
}

/** What an answer says. One that breaks off, or is that of somebody in between, is no better than none. */
async function whole(read) {
  try {
    return await read;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    notice(false);
    throw new Problem(0, { code: "unreachable" });
  }
}

export const get = (path, query, signal) => call("GET", path, { query, signal: soon(signal) });
export const post = (path, body = {}, headers = {}) => call("POST", path, { body, headers });

/** An answer as a file that the browser keeps. */
export async function download(path, name, accept) {
  const answer = await request("GET", path, { headers: { Accept: accept } });
  keep(await whole(answer.blob()), name);
}

/** Has the browser keep `blob` as a file. */
export function keep(blob, name) {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A stream tells at least so often that it is there, with room for a slow one. */
const SILENCE_MS = 30_000;

/**
 * One stream of server-sent events, `tell(name, data)` for each, until it says `end` or ends without. Not EventSource, which
 * does not say why it was refused. `seen(id)` hears of ids. Raises Problem, and what a broken connection raises.
 */
export async function stream(path, { tell, signal, last = "0", seen = () => {} }) {
  const silent = new AbortController();
  const either = AbortSignal.any([signal, silent.signal]);
  let timer;
  const wait = () => (clearTimeout(timer), (timer = setTimeout(() => silent.abort(), SILENCE_MS)));
  try {
    wait();
    const answer = await request("GET", path, { signal: either, headers: { Accept: "text/event-stream", "Last-Event-ID": last } });
    for await (const event of parsed(answer.body)) {
      wait();
      if (event.id) seen(event.id);
      if (event.data) tell(event.event, JSON.parse(event.data));
      if (event.event === "end") return true;
    }
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** The same, until `signal` ends it or the stream says `end`: it comes back by itself where it was when it is lost. */
export async function events(path, tell, signal) {
  let last = "0";
  while (!signal.aborted) {
    let asked = 0;
    try {
      if (await stream(path, { tell, signal, last, seen: (id) => (last = id) })) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
      // One that was refused for now was answered: that it is too much, say, is not that nobody is there.
      if (error instanceof Problem) asked = 1000 * (Number(error.retryAfter) || 0);
      else notice(false);
    }
    await pause(Math.max(1000, asked), signal);
  }
}

async function* parsed(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const event = {};
      for (const line of block.split("\n")) {
        const colon = line.indexOf(":");
        if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
      }
      yield event;
    }
  }
}

/** So many milliseconds, or until `signal`. */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

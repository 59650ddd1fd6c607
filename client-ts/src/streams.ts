import { unreadable } from "./answers.js";
import { ApiError, KritiqError, TransportError } from "./errors.js";
import { delay, type Outside, type Retries } from "./retries.js";

/** One server-sent event. */
export interface ServerEvent {
  event: string;
  data: string;
  id: string;
}

/** The lines of a body, without their ends; an unfinished last one is none. A silence of `silence` seconds is an error. */
export async function* linesOf(body: ReadableStream<Uint8Array>, silence: number): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silence);
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The events of a stream of lines (WHATWG HTML, section 9.2.6); comments, which keep it alive, are passed over. */
export async function* eventsOf(lines: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let [event, data, id] = ["message", [] as string[], ""];
  for await (const line of lines) {
    if (line === "") {
      if (data.length > 0) yield { event, data: data.join("\n"), id };
      [event, data] = ["message", []];
      continue;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
    else if (name === "id") id = value;
  }
}

/** What a stream is read with. */
export interface Source<T> {
  /** Opens it behind what was seen last; called again whenever it breaks off. */
  open: () => Promise<ReadableStream<Uint8Array>>;
  read: (body: ReadableStream<Uint8Array>) => AsyncIterable<T>;
  /** Whether nothing comes any more. */
  over: () => boolean;
}

/**
 * What a stream tells, opened again whenever it breaks off, until it is over.
 * Throws ApiError and TransportError when trying again makes no sense, or was tried often enough without news.
 */
export async function* followed<T>(source: Source<T>, retries: Retries, outside: Outside): AsyncGenerator<T> {
  for (let failures = 0; !source.over(); ) {
    let failure: KritiqError = new TransportError("The stream ended again and again without news.");
    try {
      const body = await source.open();
      if (!body) throw new TransportError("The stream has no body.");
      for await (const item of source.read(body)) {
        failures = 0;
        yield item;
        if (source.over()) return;
      }
    } catch (error) {
      failure = unreadable(error);
      if (failure instanceof ApiError && failure.status !== 429 && failure.status < 502) throw failure;
    }
    failures += 1;
    const asked = failure instanceof ApiError ? failure.retryAfter : null;
    const pause = delay(retries, failures, asked, outside.chance());
    if (pause === null) throw failure;
    await outside.sleep(pause);
  }
}

async function within<T>(promise: Promise<T>, seconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TransportError(`Nothing came for ${seconds} s.`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

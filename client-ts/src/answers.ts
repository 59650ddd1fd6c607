import type { Client } from "openapi-fetch";
import { KritiqError, TransportError } from "./errors.js";
import type { paths } from "./schema.js";

/** What is read to its end before it is handed on; streams, and tables of any length, are not. */
const SHORT = /^application\/(problem\+)?json\b/i;

/**
 * `answer`, whose body breaks off with a TransportError, or with the reason of `signal` once that is aborted.
 * JSON is there whole, so that one that breaks off can be asked for again.
 */
export async function unbroken(answer: Response, signal: AbortSignal): Promise<Response> {
  if (answer.body === null) return answer;
  const reader = answer.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(
          signal.aborted ? signal.reason : new TransportError(`The answer broke off: ${reason(error)}`, { cause: error }),
        );
      }
    },
    cancel: (why) => reader.cancel(why),
  });
  const told = new Response(body, answer);
  // A Response that is made by hand has none.
  Object.defineProperty(told, "url", { value: answer.url });
  if (SHORT.test(answer.headers.get("content-type") ?? "")) await told.clone().arrayBuffer();
  return told;
}

/** `client`, whose calls throw a TransportError for a good answer that is not JSON, such as a proxy's page. */
export function readable(client: Client<paths>): Client<paths> {
  const fail = (error: unknown) => {
    throw unreadable(error);
  };
  return new Proxy(client, {
    get(target, name, receiver) {
      const call: unknown = Reflect.get(target, name, receiver);
      if (typeof call !== "function") return call;
      return (...given: unknown[]) => {
        const result: unknown = Reflect.apply(call, target, given);
        return result instanceof Promise ? result.catch(fail) : result;
      };
    },
  });
}

/** The error to throw for one that came while an answer was read. Throws what is neither ours nor the answer's. */
export function unreadable(error: unknown): KritiqError {
  if (error instanceof SyntaxError) return new TransportError(`The answer is not JSON: ${error.message}`, { cause: error });
  if (error instanceof KritiqError) return error;
  throw error;
}

/** Why a connection did not do, in words. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

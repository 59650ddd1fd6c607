import { need, SILENCE, type Core } from "./core.js";
import { eventsOf, followed, linesOf } from "./streams.js";

/** What the events `name` of a stream tell, until `ended`. */
export async function* changes<T>(
  core: Core,
  name: string,
  open: (last: string) => Promise<{ data?: unknown; error?: unknown; response: Response }>,
  ended: (seen: T) => boolean,
  lastEventId: string,
): AsyncGenerator<T> {
  let last = lastEventId;
  let over = false;
  yield* followed<T>(
    {
      open: () => need(open(last) as Promise<{ data?: ReadableStream<Uint8Array>; response: Response }>),
      over: () => over,
      async *read(body) {
        for await (const event of eventsOf(linesOf(body, SILENCE))) {
          if (event.event !== name) continue;
          const seen = JSON.parse(event.data) as T;
          last = event.id;
          over = ended(seen);
          yield seen;
        }
      },
    },
    core.retries,
    core.outside,
  );
}

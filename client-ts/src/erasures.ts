import { idOf, need, SILENCE, type Core, type Erasure, type Exported, type Wanted } from "./core.js";
import { TransportError } from "./errors.js";
import { paged, untilEnded } from "./requests.js";
import { linesOf } from "./streams.js";

/** Whose reviews: a guest's, a restaurant's, or all of the organisation's. */
export type Whose = { external_author: string } | { restaurant: string } | { everything: true };

/** Seconds between two looks. */
const LOOK = 1;

/** Have all of somebody's reviews deleted; `waitErasure` tells the end. Throws ApiError: 403 for a key that is not `admin`. */
export function erase(core: Core, whose: Whose): Promise<Erasure> {
  return need(core.api.POST("/v1/erasures", { body: whose }));
}

/** How far it is, and when it has ended its report. Throws ApiError. */
export function getErasure(core: Core, erasure: string | Erasure): Promise<Erasure> {
  return need(core.api.GET("/v1/erasures/{erasure_id}", { params: { path: { erasure_id: idOf(erasure) } } }));
}

/** It, when it has ended, or as it is after `timeout` seconds (60). Throws ApiError. */
export function waitErasure(
  core: Core,
  erasure: string | Erasure,
  options: { timeout?: number } = {},
): Promise<Erasure> {
  const ended = (found: Erasure) => found.finished_at !== null;
  return untilEnded(core, () => getErasure(core, erasure), ended, { every: LOOK, timeout: options.timeout ?? 60 });
}

/** Erasures newest first, page by page as they are asked for. */
export function erasures(core: Core, wanted: Wanted<"privacy_list_erasures"> = {}): AsyncGenerator<Erasure> {
  return paged(
    (more) => core.api.GET("/v1/erasures", { params: { query: { ...wanted, ...more } } }),
    (page) => page.erasures,
    wanted.page_size,
  );
}

/**
 * All that there is of somebody, as it comes, to be handed to whom it is about: a review with its text and what was found
 * in it, or what was said of one.
 *
 * Throws ApiError: 403 for a key that is not `admin`; TransportError where it ends before all of it has come: it has to be
 * begun anew then.
 */
async function* exported(core: Core, whose: Whose): AsyncGenerator<Exported> {
  const body = await need(
    core.api.POST("/v1/exports", { body: whose, parseAs: "stream", fetch: core.intake }) as Promise<{
      data?: ReadableStream<Uint8Array>;
      response: Response;
    }>,
  );
  for await (const row of linesOf(body, SILENCE)) {
    if (row.trim() === "") continue;
    const line = JSON.parse(row) as Exported;
    if (typeof line.complete !== "boolean") {
      yield line;
      continue;
    }
    if (line.complete) return;
    throw new TransportError(`The service could not export all: ${String(line["detail"] ?? "")}`);
  }
  throw new TransportError("The export ended before all of it had come.");
}

export { exported as export };

import { changes } from "./changes.js";
import { idOf, need, SILENCE, type Batch, type BatchLine, type BatchOptions, type Core, type Wanted } from "./core.js";
import { ApiError } from "./errors.js";
import { newKey } from "./repeats.js";
import { paged, removed } from "./requests.js";
import { followed, linesOf } from "./streams.js";

/**
 * A review of a batch: a text, or an object with one and what belongs to it (`custom_id`, `restaurant`, …). One without
 * a text, such as a rating without a word, is `skipped`.
 */
export type BatchReview = string | ({ text?: string | null } & Record<string, unknown>);

/** Most reviews that the service takes in one batch. */
const MOST_REVIEWS = 10_000;

/** Submit up to 10,000 reviews. A bad one fails alone; its line of the results says why. Throws ApiError. */
export function submitBatch(
  core: Core,
  reviews: readonly BatchReview[],
  options: BatchOptions & { idempotencyKey?: string } = {},
): Promise<Batch> {
  if (reviews.length > MOST_REVIEWS) {
    // What the service would say, had all of it been sent.
    const error = { pointer: "#/reviews", detail: `should have 1 to ${MOST_REVIEWS} reviews, has ${reviews.length}` };
    return Promise.reject(new ApiError(422, "invalid-request", "The request is not valid: see #/reviews.", [error]));
  }
  const { idempotencyKey, ...given } = options;
  const body = { ...given, reviews: reviews.map((review) => (typeof review === "string" ? { text: review } : review)) };
  const header = { "Idempotency-Key": idempotencyKey ?? newKey() };
  return need(core.api.POST("/v1/batches", { params: { header }, body }));
}

/** The batch and its counts as they are now. */
export function getBatch(core: Core, batch: string | Batch): Promise<Batch> {
  return need(core.api.GET("/v1/batches/{batch_id}", { params: { path: { batch_id: idOf(batch) } } }));
}

/** The counts of a batch as they change, until it has ended. */
export async function* batchEvents(
  core: Core,
  batch: string | Batch,
  lastEventId = "",
): AsyncGenerator<Batch> {
  const open = (last: string) =>
    core.api.GET("/v1/batches/{batch_id}/events", {
      params: { path: { batch_id: idOf(batch) }, header: last ? { "Last-Event-ID": last } : {} },
      headers: { accept: "text/event-stream" },
      parseAs: "stream",
      fetch: core.once,
    });
  const ended = ({ status }: Batch) => status === "completed" || status === "canceled";
  yield* changes<Batch>(core, "batch", open, ended, lastEventId);
}

/**
 * What became of each review, in their order, each as soon as all before it are there; behind line `after`.
 * A stream that breaks off is opened again behind the last line, and nothing comes twice.
 */
export async function* batchResults(
  core: Core,
  batch: string | Batch,
  options: { after?: number } = {},
): AsyncGenerator<BatchLine> {
  const total = (typeof batch === "string" ? await getBatch(core, batch) : batch).counts.total;
  let last = options.after ?? 0;
  const open = () =>
    need(
      core.api.GET("/v1/batches/{batch_id}/results", {
        params: { path: { batch_id: idOf(batch) }, query: { after: last } },
        headers: { accept: "application/x-ndjson" },
        parseAs: "stream",
        fetch: core.once,
      }) as Promise<{ data?: ReadableStream<Uint8Array>; response: Response }>,
    );
  yield* followed<BatchLine>(
    {
      open,
      over: () => last >= total,
      async *read(body) {
        for await (const row of linesOf(body, SILENCE)) {
          // Empty lines keep the connection alive.
          if (row.trim() === "") continue;
          const line = JSON.parse(row) as BatchLine;
          if (line.line <= last) continue;
          last = line.line;
          yield line;
        }
      },
    },
    core.retries,
    core.outside,
  );
}

/** Batches newest first, page by page as they are asked for; `restaurant` is the batch's own. */
export function batches(core: Core, wanted: Wanted<"batch_lists_list_batches"> = {}): AsyncGenerator<Batch> {
  return paged(
    (more) => core.api.GET("/v1/batches", { params: { query: { ...wanted, ...more } } }),
    (page) => page.batches,
    wanted.page_size,
  );
}

/** The lines of a batch in their order, page by page: all, or those that are `waiting`, `succeeded`, `failed`, … */
export function batchLines(
  core: Core,
  batch: string | Batch,
  wanted: Wanted<"batch_lists_list_lines"> = {},
): AsyncGenerator<BatchLine> {
  const path = { batch_id: idOf(batch) };
  return paged(
    (more) => core.api.GET("/v1/batches/{batch_id}/lines", { params: { path, query: { ...wanted, ...more } } }),
    (page) => page.lines,
    wanted.page_size,
  );
}

/** Stop what has not started. Throws ApiError: 409 when the batch has ended. */
export function cancelBatch(core: Core, batch: string | Batch): Promise<Batch> {
  return need(core.api.POST("/v1/batches/{batch_id}/cancel", { params: { path: { batch_id: idOf(batch) } } }));
}

/**
 * A new batch of the lines that ended without a result, in their order; a lost answer makes no second one. Throws ApiError:
 * 409 when there are none.
 */
export function retryBatch(core: Core, batch: string | Batch, options: { idempotencyKey?: string } = {}): Promise<Batch> {
  const params = { path: { batch_id: idOf(batch) }, header: { "Idempotency-Key": options.idempotencyKey ?? newKey() } };
  return need(core.api.POST("/v1/batches/{batch_id}/retry", { params, fetch: core.intake }));
}

/** Purge the batch with its reviews and results. Throws ApiError: 404, and 410 for what was deleted before. */
export async function deleteBatch(core: Core, batch: string | Batch): Promise<void> {
  const params = { path: { batch_id: idOf(batch) } };
  await removed(core, (fetch) => core.api.DELETE("/v1/batches/{batch_id}", { params, fetch }));
}

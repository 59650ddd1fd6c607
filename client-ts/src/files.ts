import { idOf, need, type Batch, type BatchOptions, type Core, type File, type Wanted } from "./core.js";
import { newKey } from "./repeats.js";
import { paged, removed } from "./requests.js";

export interface UploadOptions {
  /** What you call it. */
  filename?: string;
  /** Seconds that it is kept: a day unless the service says otherwise. */
  ttl?: number;
}

/**
 * Upload up to 50,000 reviews as NDJSON, to make batches of. All of it is in memory until the service has answered.
 *
 * Throws ApiError: 413 for one that is too large, 409 when there is no room for it.
 */
export function uploadFile(core: Core, content: string | Uint8Array | Blob, options: UploadOptions = {}): Promise<File> {
  const { filename, ttl } = options;
  const query = { ...(filename === undefined ? {} : { filename }), ...(ttl === undefined ? {} : { ttl_s: ttl }) };
  return need(
    core.api.POST("/v1/files", {
      params: { query },
      headers: { "content-type": "application/x-ndjson" },
      body: content,
      bodySerializer: (body: unknown) => body as Blob,
      fetch: core.intake,
    }),
  );
}

/** Uploaded files newest first, page by page as they are asked for. */
export function files(core: Core, wanted: Wanted<"files_list_files"> = {}): AsyncGenerator<File> {
  return paged(
    (more) => core.api.GET("/v1/files", { params: { query: { ...wanted, ...more } } }),
    (page) => page.files,
    wanted.page_size,
  );
}

/** An uploaded file, or a batch's `output_file_id` or `error_file_id`. Throws ApiError. */
export function getFile(core: Core, file: string | File): Promise<File> {
  return need(core.api.GET("/v1/files/{file_id}", { params: { path: { file_id: idOf(file) } } }));
}

/** What is in it, as it comes: `new Response(await kritiq.fileContent(file)).text()`. Throws ApiError. */
export function fileContent(core: Core, file: string | File): Promise<ReadableStream<Uint8Array>> {
  return need(
    core.api.GET("/v1/files/{file_id}/content", {
      params: { path: { file_id: idOf(file) } },
      parseAs: "stream",
      fetch: core.intake,
    }) as Promise<{ data?: ReadableStream<Uint8Array>; response: Response }>,
  );
}

/** Purge an uploaded file; batches that were made of it stay. Throws ApiError: 409 for a batch's. */
export async function deleteFile(core: Core, file: string | File): Promise<void> {
  const params = { path: { file_id: idOf(file) } };
  await removed(core, (fetch) => core.api.DELETE("/v1/files/{file_id}", { params, fetch }));
}

/**
 * A batch of all reviews of an uploaded file, up to 50,000. With the same key the same reviews make one batch, however often
 * they were uploaded. Throws ApiError.
 */
export function submitBatchFile(
  core: Core,
  file: string | File,
  options: BatchOptions & { idempotencyKey?: string } = {},
): Promise<Batch> {
  const { idempotencyKey, ...given } = options;
  const params = { header: { "Idempotency-Key": idempotencyKey ?? newKey() } };
  return need(core.api.POST("/v1/batches", { params, body: { ...given, input_file_id: idOf(file) }, fetch: core.intake }));
}

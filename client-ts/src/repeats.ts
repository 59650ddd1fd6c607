import type { paths } from "./schema.js";

const KEY = "idempotency-key";

/** Paths that take a POST. */
type Posted = { [P in keyof paths]: paths[P] extends { post: object } ? P : never }[keyof paths];

/**
 * What a second POST does, of one whose answer was lost. `key`: nothing, under the same idempotency key, and one is made
 * where none is given; `again`: nothing more than the first; `once`: it may do something twice. As the Python client has it.
 */
export const POSTS: Readonly<Record<Posted, "key" | "again" | "once">> = {
  "/api/": "once",
  "/v1/batches": "key",
  "/v1/batches/{batch_id}/cancel": "again",
  "/v1/batches/{batch_id}/lines/{line}/feedback": "again",
  "/v1/batches/{batch_id}/retry": "key",
  "/v1/deliveries/{delivery_id}/replay": "once",
  "/v1/endpoints": "once",
  "/v1/endpoints/{endpoint_id}/enable": "again",
  "/v1/endpoints/{endpoint_id}/ping": "once",
  "/v1/endpoints/{endpoint_id}/recover": "again",
  "/v1/endpoints/{endpoint_id}/rotate": "once",
  "/v1/erasures": "again",
  "/v1/exports": "again",
  "/v1/files": "again",
  "/v1/jobs": "key",
  "/v1/jobs/{job_id}/cancel": "again",
  "/v1/jobs/{job_id}/feedback": "again",
  "/v1/jobs/{job_id}/retry": "key",
  "/v1/keys": "once",
  "/v1/keys/{key_id}/rotate": "once",
  "/v1/models/{alias_id}": "again",
  "/v1/models/{name}/load": "again",
  "/v1/models/{name}/unload": "again",
  "/v1/retrainings": "again",
  "/v1/retrainings/{retraining_id}/cancel": "again",
  "/v1/session": "once",
  "/v1/webhook-links": "once",
  "/v1/webhook-links/{link_id}/open": "once",
  "/v1/webhook-secret": "once",
};

const KINDS = Object.entries(POSTS).map(([path, kind]) => ({ path: new RegExp(`${path.replace(/\{\w+\}/g, "[^/]+")}$`), kind }));

const kindOf = ({ url }: Request) => KINDS.find(({ path }) => path.test(new URL(url).pathname))?.kind ?? "once";

/** Has the request an idempotency key, if the service takes one for it and it has none. */
export function keyed(request: Request): void {
  if (request.method === "POST" && kindOf(request) === "key" && !request.headers.has(KEY)) request.headers.set(KEY, newKey());
}

/** Whether a request that the service may have acted on can be sent again without doing something twice. */
export function repeatable(request: Request): boolean {
  return request.method !== "POST" || request.headers.has(KEY) || kindOf(request) === "again";
}

/** Under which the service takes a request for the same as an earlier one. */
export function newKey(): string {
  const bytes = Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16));
  return globalThis.crypto?.randomUUID?.() ?? bytes.join("");
}

import { changes } from "./changes.js";
import { CROWDED, idOf, LONGEST_WAIT, need, type Changes, type Core, type Job, type Review, type Wanted } from "./core.js";
import { ApiError, NotSucceeded, TimeoutError } from "./errors.js";
import { newKey } from "./repeats.js";
import { paged, removed } from "./requests.js";

const ENDED: ReadonlySet<string> = new Set<Job["status"]>(["succeeded", "failed", "canceled", "expired"]);
/** Seconds between two looks where the service has no room to wait. */
const LOOK = 0.25;

export interface SubmitOptions {
  /** Yours, or a fresh one: a lost answer makes no second job. */
  idempotencyKey?: string;
  /** Seconds to wait for the end, 30 at most; 0: the job comes back as it is. */
  wait?: number;
}

/** Submit one review. Throws ApiError. */
export async function submit(core: Core, review: Review | string, options: SubmitOptions = {}): Promise<Job> {
  const body = typeof review === "string" ? { text: review } : review;
  const key = options.idempotencyKey ?? newKey();
  // Of one text the answer is a job; `texts` would make it a batch.
  return (await patiently(options.wait ?? 0, (prefer) => {
    const params = { header: { "Idempotency-Key": key, ...prefer } };
    return need(core.api.POST("/v1/jobs", { params, body, fetch: core.waiting }));
  })) as Job;
}

/** `submit` under an id of yours (1 to 64 letters, digits, `-`, `_`). Repeating the call gives the same job. */
export async function put(core: Core, id: string, review: Review | string, options: { wait?: number } = {}): Promise<Job> {
  const body = typeof review === "string" ? { text: review } : review;
  return patiently(options.wait ?? 0, (header) => {
    const params = { path: { job_id: id }, header };
    return need(core.api.PUT("/v1/jobs/{job_id}", { params, body, fetch: core.waiting }));
  });
}

/** The job as it is now. Throws ApiError: 404, and 410 for what was there. */
export function get(core: Core, job: string | Job): Promise<Job> {
  return need(core.api.GET("/v1/jobs/{job_id}", { params: { path: { job_id: idOf(job) } } }));
}

/** The job when it has ended. Throws TimeoutError after `timeout` seconds; the job goes on. */
export async function wait(core: Core, job: string | Job, options: { timeout?: number } = {}): Promise<Job> {
  const end = core.outside.clock() + (options.timeout ?? 60);
  for (let crowded = 0; ; ) {
    const left = end - core.outside.clock();
    const seconds = crowded ? 0 : Math.max(0, Math.floor(Math.min(LONGEST_WAIT, left)));
    const params = { path: { job_id: idOf(job) }, ...(seconds ? { query: { wait: seconds } } : {}) };
    let seen: Job;
    try {
      seen = await need(core.api.GET("/v1/jobs/{job_id}", { params, fetch: core.waiting }));
    } catch (error) {
      if (!isCrowded(error) || !seconds) throw error;
      crowded = (error as ApiError).retryAfter ?? LOOK;
      continue;
    }
    if (hasEnded(seen)) return seen;
    const remaining = end - core.outside.clock();
    if (remaining <= 0) throw new TimeoutError(`${seen.id} is still ${seen.status}; it keeps running`, seen.id);
    if (!seconds) await core.outside.sleep(Math.min(remaining, crowded || LOOK));
    crowded = 0;
  }
}

/** Submit one review and wait for its result. Throws NotSucceeded, TimeoutError, ApiError. */
export async function analyze(
  core: Core,
  review: Review | string,
  options: SubmitOptions & { timeout?: number } = {},
): Promise<Job & { result: NonNullable<Job["result"]> }> {
  const timeout = options.timeout ?? 60;
  const end = core.outside.clock() + timeout;
  let job = await submit(core, review, { ...options, wait: timeout });
  if (!hasEnded(job)) job = await wait(core, job, { timeout: end - core.outside.clock() });
  if (job.result === null) throw new NotSucceeded(job.id, job.status, job.error?.code ?? null);
  return { ...job, result: job.result };
}

/** The job at every change, until it has ended. A stream that breaks off is opened again behind the last change. */
export async function* events(core: Core, job: string | Job, lastEventId = ""): AsyncGenerator<Job> {
  const open = (last: string) =>
    core.api.GET("/v1/jobs/{job_id}/events", {
      params: { path: { job_id: idOf(job) }, header: last ? { "Last-Event-ID": last } : {} },
      headers: { accept: "text/event-stream" },
      parseAs: "stream",
      fetch: core.once,
    });
  yield* changes<Job>(core, "job", open, hasEnded, lastEventId);
}

/**
 * Call the job off; while a worker still has to let go of it, `cancel_requested` is true. Throws ApiError: 409 when it has
 * ended.
 */
export function cancel(core: Core, job: string | Job): Promise<Job> {
  return need(core.api.POST("/v1/jobs/{job_id}/cancel", { params: { path: { job_id: idOf(job) } } }));
}

/**
 * A new job of the same review; a lost answer makes no second one. Throws ApiError: 409 unless it failed, expired or was
 * canceled.
 */
export function retry(core: Core, job: string | Job, options: { idempotencyKey?: string } = {}): Promise<Job> {
  const params = { path: { job_id: idOf(job) }, header: { "Idempotency-Key": options.idempotencyKey ?? newKey() } };
  return need(core.api.POST("/v1/jobs/{job_id}/retry", { params }));
}

/** Purge text and result. Throws ApiError: 404, and 410 for what was deleted before. */
async function remove(core: Core, job: string | Job): Promise<void> {
  await removed(core, (fetch) => core.api.DELETE("/v1/jobs/{job_id}", { params: { path: { job_id: idOf(job) } }, fetch }));
}

export { remove as delete };

/** Jobs newest first, without results, page by page as they are asked for. */
export function jobs(core: Core, wanted: Wanted<"listing_list_jobs"> = {}): AsyncGenerator<Job> {
  return paged(
    (more) => core.api.GET("/v1/jobs", { params: { query: { ...wanted, ...more } } }),
    (page) => page.jobs,
    wanted.page_size,
  );
}

/**
 * What changes of all jobs, batches and deliveries that the key may see, and of the queue, at most once a second, until you
 * return. Where `complete` is false, as in the first, read again what you show.
 */
export async function* listen(core: Core): AsyncGenerator<Changes> {
  const open = () =>
    core.api.GET("/v1/events", { headers: { accept: "text/event-stream" }, parseAs: "stream", fetch: core.once });
  yield* changes<Changes>(core, "changes", open, () => false, "");
}

function hasEnded(job: { status: string }): boolean {
  return ENDED.has(job.status);
}

/** What `send` gives with the header that asks to wait, or without, where too many wait. */
async function patiently<T>(wait: number, send: (prefer: { Prefer?: string }) => Promise<T>): Promise<T> {
  const seconds = Math.floor(Math.min(LONGEST_WAIT, wait));
  if (seconds <= 0) return send({});
  return send({ Prefer: `wait=${seconds}` }).catch((error: unknown) => (isCrowded(error) ? send({}) : Promise.reject(error)));
}

function isCrowded(error: unknown): error is ApiError {
  return error instanceof ApiError && CROWDED.has(error.code);
}

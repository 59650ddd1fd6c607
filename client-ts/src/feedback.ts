import {
  byId,
  idOf,
  need,
  SILENCE,
  type Batch,
  type Core,
  type Feedback,
  type FeedbackExample,
  type Job,
  type QueuedSentence,
  type Wanted,
} from "./core.js";
import { paged, removed } from "./requests.js";
import type { components } from "./schema.js";
import { linesOf } from "./streams.js";

/** Which polarity an aspect of a sentence has (`none`: it is not mentioned), and who says so. `sentence` is its index. */
export type Correction = components["schemas"]["FeedbackRequest"];

/** One aspect of one sentence. */
export interface SentenceAspect {
  sentence: number;
  aspect: string;
}

/**
 * Say how a sentence of the job was meant; said again it is the same. Returns all that was said of the job.
 *
 * Throws ApiError: 409 when there is no result, or no room; 422 for a sentence, an aspect or a polarity that it has not.
 */
export function giveFeedback(core: Core, job: string | Job, correction: Correction): Promise<Feedback> {
  return need(core.api.POST("/v1/jobs/{job_id}/feedback", { params: { path: { job_id: idOf(job) } }, body: correction }));
}

/** The same of a line of a batch, by its number, as soon as it has its result. Throws as `giveFeedback`. */
export function giveLineFeedback(core: Core, batch: string | Batch, line: number, correction: Correction): Promise<Feedback> {
  return need(core.api.POST("/v1/batches/{batch_id}/lines/{line}/feedback", { params: { path: at(batch, line) }, body: correction }));
}

/** What was said of a job. Throws ApiError. */
export function getFeedback(core: Core, job: string | Job): Promise<Feedback> {
  return need(core.api.GET("/v1/jobs/{job_id}/feedback", { params: { path: { job_id: idOf(job) } } }));
}

/** What was said of a line of a batch. Throws ApiError: 409 while it has no result. */
export function getLineFeedback(core: Core, batch: string | Batch, line: number): Promise<Feedback> {
  return need(core.api.GET("/v1/batches/{batch_id}/lines/{line}/feedback", { params: { path: at(batch, line) } }));
}

/** What was said, by job and by line of a batch, newest first, page by page as it is asked for. */
export function feedback(core: Core, wanted: Wanted<"feedback_list_feedback"> = {}): AsyncGenerator<Feedback> {
  return paged(
    (more) => core.api.GET("/v1/feedback", { params: { query: { ...byId(wanted), ...more } } }),
    (page) => page.feedback,
    wanted.page_size,
  );
}

/**
 * Every sentence that something was said of as training data, newest first, as it comes.
 *
 * Throws ApiError, and TransportError where it breaks off before all of it has come: it has to be begun anew then.
 */
export async function* feedbackExamples(
  core: Core,
  wanted: Wanted<"feedback_list_examples"> = {},
): AsyncGenerator<FeedbackExample> {
  const body = await need(
    core.api.GET("/v1/feedback/examples", { params: { query: byId(wanted) }, parseAs: "stream" }) as Promise<{
      data?: ReadableStream<Uint8Array>;
      response: Response;
    }>,
  );
  for await (const row of linesOf(body, SILENCE)) yield JSON.parse(row) as FeedbackExample;
}

/**
 * The sentences that most need a person: of which versions differ, then of which the model is least sure. What is right is
 * said with `giveFeedback`, or of a line with `giveLineFeedback`. Throws ApiError: 403 for a key that may not read and write.
 */
export async function feedbackQueue(core: Core, wanted: Wanted<"feedback_queue_list_queue"> = {}): Promise<QueuedSentence[]> {
  return (await need(core.api.GET("/v1/feedback/queue", { params: { query: wanted } }))).sentences;
}

/** Take back all that was said of a job, or of one aspect of one of its sentences. What is not there is no error. */
export async function deleteFeedback(core: Core, job: string | Job, of?: SentenceAspect): Promise<void> {
  const params = { path: { job_id: idOf(job) }, query: { ...of } };
  await removed(core, (fetch) => core.api.DELETE("/v1/jobs/{job_id}/feedback", { params, fetch }));
}

/** The same of a line of a batch. */
export async function deleteLineFeedback(core: Core, batch: string | Batch, line: number, of?: SentenceAspect): Promise<void> {
  const params = { path: at(batch, line), query: { ...of } };
  await removed(core, (fetch) => core.api.DELETE("/v1/batches/{batch_id}/lines/{line}/feedback", { params, fetch }));
}

function at(batch: string | Batch, line: number) {
  return { batch_id: idOf(batch), line };
}

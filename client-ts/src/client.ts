import type { Client } from "openapi-fetch";
import * as batches from "./batches.js";
import {
  coreOf,
  need,
  type Batch,
  type BatchOptions,
  type Core,
  type Erasure,
  type Job,
  type Options,
  type Retraining,
  type Review,
} from "./core.js";
import * as erasures from "./erasures.js";
import * as jobs from "./jobs.js";
import * as models from "./models.js";
import * as retrainings from "./retrainings.js";
import type { paths } from "./schema.js";

/** Kritiq at one address. */
export class Kritiq {
  readonly #core: Core;

  constructor(url: string, options: Options = {}) {
    this.#core = coreOf(url, options);
  }

  /** Every call of the OpenAPI document, typed (openapi-fetch): `{data, error, response}`, with the same retries. */
  get api(): Client<paths> {
    return this.#core.api;
  }

  /** The body of a good answer of `api`; throws ApiError for any other, TransportError for a body that is missing. */
  readonly need = need;

  submit(review: Review | string, options?: jobs.SubmitOptions) {
    return jobs.submit(this.#core, review, options);
  }

  analyze(review: Review | string, options?: jobs.SubmitOptions & { timeout?: number }) {
    return jobs.analyze(this.#core, review, options);
  }

  get(job: string | Job) {
    return jobs.get(this.#core, job);
  }

  wait(job: string | Job, options?: { timeout?: number }) {
    return jobs.wait(this.#core, job, options);
  }

  events(job: string | Job, lastEventId?: string) {
    return jobs.events(this.#core, job, lastEventId);
  }

  listen() {
    return jobs.listen(this.#core);
  }

  submitBatch(reviews: readonly batches.BatchReview[], options?: BatchOptions & { idempotencyKey?: string }) {
    return batches.submitBatch(this.#core, reviews, options);
  }

  getBatch(batch: string | Batch) {
    return batches.getBatch(this.#core, batch);
  }

  batchEvents(batch: string | Batch, lastEventId?: string) {
    return batches.batchEvents(this.#core, batch, lastEventId);
  }

  batchResults(batch: string | Batch, options?: { after?: number }) {
    return batches.batchResults(this.#core, batch, options);
  }

  erase(whose: erasures.Whose) {
    return erasures.erase(this.#core, whose);
  }

  getErasure(erasure: string | Erasure) {
    return erasures.getErasure(this.#core, erasure);
  }

  waitErasure(erasure: string | Erasure, options?: { timeout?: number }) {
    return erasures.waitErasure(this.#core, erasure, options);
  }

  models() {
    return models.models(this.#core);
  }

  modelCard(name: string) {
    return models.modelCard(this.#core, name);
  }

  rollOut(alias: string, candidate: string, options: models.RollOutOptions) {
    return models.rollOut(this.#core, alias, candidate, options);
  }

  moveAlias(alias: string, to: string | Readonly<Record<string, number>>, options: models.MoveOptions) {
    return models.moveAlias(this.#core, alias, to, options);
  }

  retrain(model: string, options: retrainings.RetrainOptions) {
    return retrainings.retrain(this.#core, model, options);
  }

  getRetraining(retraining: string | Retraining) {
    return retrainings.getRetraining(this.#core, retraining);
  }

  waitRetraining(retraining: string | Retraining, options?: { timeout?: number }) {
    return retrainings.waitRetraining(this.#core, retraining, options);
  }

  cancelRetraining(retraining: string | Retraining) {
    return retrainings.cancelRetraining(this.#core, retraining);
  }
}

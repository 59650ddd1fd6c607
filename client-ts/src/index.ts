export { Kritiq } from "./client.js";
export type { BatchReview } from "./batches.js";
export type {
  Alias,
  ApiKey,
  Batch,
  BatchLine,
  BatchOptions,
  Changes,
  Delivery,
  Endpoint,
  Erasure,
  Exported,
  Feedback,
  FeedbackExample,
  File,
  Job,
  JudgedReview,
  ModelCards,
  ModelOperation,
  Models,
  NewApiKey,
  NewEndpoint,
  NewWebhookLink,
  Options,
  Queue,
  QueuedSentence,
  Retraining,
  Review,
  Summary,
  Trend,
  Usage,
  WebhookLink,
} from "./core.js";
export type { EndpointChange, EndpointOptions } from "./endpoints.js";
export { ApiError, KritiqError, NotSucceeded, TimeoutError, TransportError, WebhookInvalid } from "./errors.js";
export type { Whose } from "./erasures.js";
export type { FieldError } from "./errors.js";
export type { Correction, SentenceAspect } from "./feedback.js";
export type { UploadOptions } from "./files.js";
export type { SubmitOptions } from "./jobs.js";
export type { KeyOptions } from "./keys.js";
export type { WebhookLinkOptions } from "./links.js";
export type { MoveOptions, RollOutOptions } from "./models.js";
export type { LoadOptions } from "./operations.js";
export type { Days } from "./restaurants.js";
export type { RetrainOptions } from "./retrainings.js";
export type { Retries } from "./retries.js";
export type { components, operations, paths } from "./schema.js";
export { verifyWebhook } from "./webhooks.js";
export type { HeadersLike, WebhookEvent } from "./webhooks.js";

import createClient, { type Client } from "openapi-fetch";
import { readable } from "./answers.js";
import { errorOf, TransportError } from "./errors.js";
import { OUTSIDE, RETRIES, retrying, type Outside, type Retries } from "./retries.js";
import type { components, operations, paths } from "./schema.js";

type Schemas = components["schemas"];
export type Job = Schemas["JobAnswer"];
export type Review = Schemas["JobBody"];
export type Batch = Schemas["BatchAnswer"];
export type BatchOptions = Omit<Schemas["BatchRequest"], "reviews">;
export type BatchLine = Schemas["BatchLineAnswer"];
export type Models = Schemas["ModelsAnswer"];
export type ModelCards = Schemas["CardsAnswer"];
export type Alias = Schemas["AliasAnswer"];
export type Erasure = Schemas["ErasureAnswer"];
export type Changes = Schemas["ChangesAnswer"];
export type Retraining = Schemas["RetrainingAnswer"];
export type Feedback = Schemas["FeedbackAnswer"];
export type FeedbackExample = Schemas["FeedbackExample"];
export type QueuedSentence = Schemas["QueuedSentence"];
export type ModelOperation = Schemas["OperationAnswer"];
export type File = Schemas["FileAnswer"];
export type Endpoint = Schemas["EndpointAnswer"];
export type NewEndpoint = Schemas["NewEndpointAnswer"];
export type Delivery = Schemas["DeliveryAnswer"];
export type WebhookLink = Schemas["WebhookLinkAnswer"];
export type NewWebhookLink = Schemas["NewWebhookLinkAnswer"];
export type ApiKey = Schemas["KeyAnswer"];
export type NewApiKey = Schemas["NewKeyAnswer"];
export type Summary = Schemas["SummaryAnswer"];
export type Trend = Schemas["TrendAnswer"];
export type JudgedReview = Schemas["JudgedReview"];
export type Usage = Schemas["UsageAnswer"];
export type Queue = Schemas["BacklogAnswer"];
export type Exported = Schemas["ExportLine"] & Record<string, unknown>;

/** What a list may be narrowed down to: the query of an operation but for its page token, which the lists see to. */
export type Wanted<O extends keyof operations> = operations[O]["parameters"] extends { query?: infer Q }
  ? ByName<Omit<NonNullable<Q>, "page_token">>
  : never;

/** Of what may be named in a list's query: those of this job, of this batch, to this endpoint. */
type Naming = "job" | "batch" | "endpoint";
type ByName<Q> = { [N in keyof Q]: N extends Naming ? Q[N] | { id: string } : Q[N] };
/** The same as the query has it. */
type ById<W> = { [N in keyof W]: Exclude<W[N], { id: string }> };

export interface Options {
  /** `krt_live_…`; says whose reviews these are. */
  apiKey?: string;
  retries?: Partial<Retries>;
  /** Time, chance and `fetch`, for tests and for proxies. */
  outside?: Partial<Outside>;
}

/** What all calls are made with. */
export interface Core {
  api: Client<paths>;
  retries: Retries;
  outside: Outside;
  /** Tries again, but not while the service says that too many wait: then it is asked without waiting. */
  waiting: (request: Request) => Promise<Response>;
  /** One request, whatever happens: streams try again themselves. */
  once: (request: Request) => Promise<Response>;
  /** Tries again, and has patience with what takes the service minutes to take in. */
  intake: (request: Request) => Promise<Response>;
}

/** Problems of which waiting clients are too many, in all or of one organisation. */
export const CROWDED: ReadonlySet<string> = new Set(["too-many-waiting", "too-many-of-yours-waiting"]);
/** Seconds without a byte after which a stream is taken for dead; it says something every 10. */
export const SILENCE = 30;
/** Seconds that a large file may take to be stored, or a batch to be made of it. */
const INTAKE = 120;
/** Most seconds that the service waits. */
export const LONGEST_WAIT = 30;

export function coreOf(url: string, options: Options): Core {
  const retries = { ...RETRIES, ...options.retries };
  const outside = { ...OUTSIDE, ...options.outside };
  const headers = options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {};
  return {
    api: readable(createClient<paths>({ baseUrl: url.replace(/\/+$/, ""), headers, fetch: retrying(retries, outside) })),
    retries,
    outside,
    waiting: retrying(retries, outside, CROWDED),
    once: retrying({ ...retries, attempts: 1 }, outside),
    intake: retrying({ ...retries, answer: retries.answer + INTAKE }, outside),
  };
}

/** The body of a good answer; throws ApiError for any other, TransportError for a body that is missing. */
export async function need<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw await errorOf(response, typeof error === "string" ? error : (JSON.stringify(error) ?? ""));
  if ((data ?? null) === null && response.status !== 204) throw new TransportError(`The answer (${response.status}) is empty.`);
  return data as T;
}

/** `wanted` with the ids of what it names. */
export function byId<W extends object>(wanted: W): ById<W> {
  const named = ([name, value]: [string, unknown]) => [name, hasId(value) ? value.id : value];
  return Object.fromEntries(Object.entries(wanted).map(named)) as ById<W>;
}

function hasId(value: unknown): value is { id: string } {
  return typeof value === "object" && value !== null && "id" in value && typeof value.id === "string";
}

/** The id of what is given by its id, or as it was answered. */
export function idOf(thing: string | { id: string }): string {
  return typeof thing === "string" ? thing : thing.id;
}

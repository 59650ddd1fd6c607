/**
 * Something went wrong between this program and Kritiq. All that this package throws is one, but for the reason of a
 * signal that was aborted, and a TypeError for what cannot be sent or verified at all: an address, a header or a webhook
 * secret that is none.
 */
export class KritiqError extends Error {
  override name = "KritiqError";
}

/** One member of a request that is at fault. */
export interface FieldError {
  /** `#/text` in the body (a JSON pointer), `?wait` in the query, `{job_id}` in the path, or a header's name. */
  pointer: string;
  detail: string;
}

/** The service answered with a problem (RFC 9457). */
export class ApiError extends KritiqError {
  override name = "ApiError";

  constructor(
    readonly status: number,
    /** What the service calls it: `not-found`, `invalid-request`, … (`/docs/problems` lists them). */
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    /** Seconds after which another try makes sense, as the service said. */
    readonly retryAfter: number | null = null,
  ) {
    super([`${status} ${code}: ${detail}`, ...errors.map((item) => `  ${item.pointer} ${item.detail}`)].join("\n"));
  }
}

/** No answer came, it broke off, or it is nothing that Kritiq says. `cause` is what lies behind it. */
export class TransportError extends KritiqError {
  override name = "TransportError";
}

/** The caller's time is over; the job goes on. */
export class TimeoutError extends KritiqError {
  override name = "TimeoutError";

  constructor(
    message: string,
    /** The job's id: it can be waited for again. */
    readonly jobId: string,
  ) {
    super(message);
  }
}

/** The job ended without a result. */
export class NotSucceeded extends KritiqError {
  override name = "NotSucceeded";

  constructor(
    readonly jobId: string,
    readonly status: string,
    /** Why it failed, such as `worker_lost`; null if it was canceled or expired. */
    readonly code: string | null,
  ) {
    super(`${jobId} is ${status}${code ? `: ${code}` : ""}`);
  }
}

/** The webhook is not signed by Kritiq, was altered, or is too old. */
export class WebhookInvalid extends KritiqError {
  override name = "WebhookInvalid";
}

/** The error that an answer of 400 and more is; `told`: its body, if that was read. What is no problem document is quoted. */
export async function errorOf(response: Response, told?: string): Promise<ApiError> {
  const body = told ?? (await response.text());
  let problem: { code?: unknown; detail?: unknown; errors?: unknown } = {};
  try {
    const found: unknown = JSON.parse(body);
    if (typeof found === "object" && found !== null) problem = found;
  } catch {
    // A proxy's page.
  }
  const errors = Array.isArray(problem.errors) ? (problem.errors as Partial<FieldError>[]) : [];
  return new ApiError(
    response.status,
    String(problem.code ?? `http-${response.status}`),
    String(problem.detail ?? body.slice(0, 200)),
    errors.map((item) => ({ pointer: String(item.pointer ?? ""), detail: String(item.detail ?? "") })),
    retryAfter(response.headers),
  );
}

/** Seconds that `Retry-After` names; null without one. A date is measured by the service's own clock, if it shows it. */
export function retryAfter(headers: Headers): number | null {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const when = Date.parse(value);
  if (Number.isNaN(when)) return null;
  const now = Date.parse(headers.get("date") ?? "");
  return Math.max(0, when - (Number.isNaN(now) ? Date.now() : now)) / 1000;
}

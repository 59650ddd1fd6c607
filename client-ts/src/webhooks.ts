import { WebhookInvalid } from "./errors.js";
import type { webhooks } from "./schema.js";

type Body<Name extends keyof webhooks> = webhooks[Name] extends {
  post: { requestBody: { content: { "application/json": infer Message } } };
}
  ? Message
  : never;

/** A webhook that was found to be genuine; `type` tells what `data` is. */
export type WebhookEvent = {
  [Name in keyof webhooks]: Body<Name> & {
    type: Name;
    /** The same for every attempt and replay: what you have seen already need not be done again. */
    id: string;
  };
}[keyof webhooks];

/** Seconds that a webhook's time may be off; Standard Webhooks' own bound. */
export const TOLERANCE = 300;

/** Headers as `fetch` has them, or as Node's server does. */
export type HeadersLike = Headers | Record<string, string | string[] | undefined>;

/**
 * The event in `body`, the request's bytes exactly as they came; a body that was parsed before does not verify.
 *
 * `secrets`: `whsec_…` or, for ed25519, `whpk_…`; during a rotation several, any of which may fit.
 * Throws WebhookInvalid, whose message never tells a secret; TypeError for a secret that cannot be one.
 */
export async function verifyWebhook(
  body: Uint8Array | string,
  headers: HeadersLike,
  secrets: string | readonly string[],
  options: { tolerance?: number; now?: () => number } = {},
): Promise<WebhookEvent> {
  const raw = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const id = header(headers, "webhook-id");
  const stamp = header(headers, "webhook-timestamp");
  const signatures = header(headers, "webhook-signature");
  if (!id || !stamp || !signatures) {
    throw new WebhookInvalid("webhook-id, webhook-timestamp or webhook-signature is missing.");
  }
  if (!/^\d{1,14}$/.test(stamp)) throw new WebhookInvalid("webhook-timestamp is not a time.");
  const head = new TextEncoder().encode(`${id}.${stamp}.`);
  const content = new Uint8Array(head.length + raw.length);
  content.set(head);
  content.set(raw, head.length);
  // Every key is tried, so that the time taken tells nothing about which one fits.
  const keys = typeof secrets === "string" ? [secrets] : secrets;
  const fit = await Promise.all(keys.map((key) => fits(key, content, signatures)));
  if (!fit.includes(true)) throw new WebhookInvalid("No signature matches.");
  const now = options.now?.() ?? Date.now() / 1000;
  if (Math.abs(now - Number(stamp)) > (options.tolerance ?? TOLERANCE)) {
    throw new WebhookInvalid("webhook-timestamp is too far from now.");
  }
  let event: unknown;
  try {
    event = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw));
  } catch {
    event = null;
  }
  if (typeof event !== "object" || event === null || !("type" in event) || !("data" in event)) {
    throw new WebhookInvalid("The body is signed, but it is not an event.");
  }
  return { ...event, id } as WebhookEvent;
}

async function fits(secret: string, content: Uint8Array<ArrayBuffer>, signatures: string): Promise<boolean> {
  const isPublic = secret.startsWith("whpk_");
  const key = decoded(secret.replace(/^(whpk|whsec)_/, ""));
  if (!key?.length) throw new TypeError("a webhook secret is `whsec_` or `whpk_` and base64");
  if (isPublic && key.length !== 32) throw new TypeError("a webhook secret that begins with `whpk_` has 32 bytes");
  const subtle = await webCrypto();
  const algorithm = isPublic ? { name: "Ed25519" } : { name: "HMAC", hash: "SHA-256" };
  const imported = await subtle.importKey("raw", key, algorithm, false, ["verify"]);
  const version = isPublic ? "v1a" : "v1";
  const found = signatures.split(" ").map(async (item) => {
    const [name, value = ""] = item.split(",", 2);
    const signature = name === version ? decoded(value) : null;
    // WebCrypto compares in constant time.
    return signature !== null && subtle.verify(algorithm, imported, signature, content);
  });
  return (await Promise.all(found)).includes(true);
}

/** Node 18 has it in a module only. */
async function webCrypto(): Promise<SubtleCrypto> {
  return (globalThis.crypto ?? ((await import("node:crypto")).webcrypto as unknown as Crypto)).subtle;
}

function decoded(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function header(headers: HeadersLike, name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? "";
  const found = Object.entries(headers).find(([given]) => given.toLowerCase() === name)?.[1];
  return (Array.isArray(found) ? found[0] : found) ?? "";
}

import { idOf, need, type ApiKey, type Core, type NewApiKey } from "./core.js";
import { removed } from "./requests.js";
import type { components } from "./schema.js";

/** What a key may, whose it is, and until when it is good (docs/keys.md). */
export type KeyOptions = components["schemas"]["KeyRequest"];

/** A key of your organisation; the answer's `key` is shown this once. Throws ApiError: 403 for a key that is not `admin`. */
export function makeKey(core: Core, options: KeyOptions): Promise<NewApiKey> {
  return need(core.api.POST("/v1/keys", { body: options }));
}

/** All keys, oldest first; those that ended for a while more. */
export async function keys(core: Core): Promise<ApiKey[]> {
  return (await need(core.api.GET("/v1/keys"))).keys;
}

/** The key, never its text. Throws ApiError. */
export function getKey(core: Core, key: string | ApiKey): Promise<ApiKey> {
  return need(core.api.GET("/v1/keys/{key_id}", { params: at(key) }));
}

/** A fresh `key`, shown this once; both are good for `grace` seconds (a day). Throws ApiError. */
export function rotateKey(core: Core, key: string | ApiKey, options: { grace?: number } = {}): Promise<NewApiKey> {
  const body = options.grace === undefined ? {} : { grace_seconds: options.grace };
  return need(core.api.POST("/v1/keys/{key_id}/rotate", { params: at(key), body }));
}

/** It opens nothing any more, within five seconds everywhere. Throws ApiError. */
export async function revokeKey(core: Core, key: string | ApiKey): Promise<void> {
  await removed(core, (fetch) => core.api.DELETE("/v1/keys/{key_id}", { params: at(key), fetch }));
}

function at(key: string | ApiKey) {
  return { path: { key_id: idOf(key) } };
}

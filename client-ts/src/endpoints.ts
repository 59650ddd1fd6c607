import { idOf, need, type Core, type Delivery, type Endpoint, type NewEndpoint } from "./core.js";
import { removed } from "./requests.js";
import type { components } from "./schema.js";

type Schemas = components["schemas"];
/** Where it is, what it is told of, and how. */
export type EndpointOptions = Schemas["EndpointRequest"];
/** What is to be another; what is left out stays. */
export type EndpointChange = Schemas["EndpointChange"];

/** Tell a `url` of events. The answer's `secret` is shown this once. Throws ApiError. */
export function addEndpoint(core: Core, options: EndpointOptions): Promise<NewEndpoint> {
  return need(core.api.POST("/v1/endpoints", { body: options }));
}

/** All endpoints, oldest first, without their health. */
export async function endpoints(core: Core): Promise<Endpoint[]> {
  return (await need(core.api.GET("/v1/endpoints"))).endpoints;
}

/** The endpoint and its health. Throws ApiError. */
export function getEndpoint(core: Core, endpoint: string | Endpoint): Promise<Endpoint> {
  return need(core.api.GET("/v1/endpoints/{endpoint_id}", { params: at(endpoint) }));
}

/** Change what is given. Throws ApiError. */
export function changeEndpoint(core: Core, endpoint: string | Endpoint, change: EndpointChange): Promise<Endpoint> {
  return need(core.api.PATCH("/v1/endpoints/{endpoint_id}", { params: at(endpoint), body: change }));
}

/** Nothing more is sent to it. Throws ApiError. */
export async function deleteEndpoint(core: Core, endpoint: string | Endpoint): Promise<void> {
  await removed(core, (fetch) => core.api.DELETE("/v1/endpoints/{endpoint_id}", { params: at(endpoint), fetch }));
}

/** Send again, and forget past failures. Throws ApiError. */
export function enableEndpoint(core: Core, endpoint: string | Endpoint): Promise<Endpoint> {
  return need(core.api.POST("/v1/endpoints/{endpoint_id}/enable", { params: at(endpoint) }));
}

/** Send an `endpoint.ping` once. Throws ApiError. */
export function pingEndpoint(core: Core, endpoint: string | Endpoint): Promise<Delivery> {
  return need(core.api.POST("/v1/endpoints/{endpoint_id}/ping", { params: at(endpoint) }));
}

/** A fresh `secret`, shown this once; both sign for `grace` seconds. Throws ApiError. */
export function rotateEndpoint(core: Core, endpoint: string | Endpoint, options: { grace?: number } = {}): Promise<NewEndpoint> {
  return need(core.api.POST("/v1/endpoints/{endpoint_id}/rotate", { params: at(endpoint), body: rotation(options) }));
}

/** Send again what the endpoint missed between those times (RFC 3339); how many. Repeating is harmless. Throws ApiError. */
export async function recoverEndpoint(
  core: Core,
  endpoint: string | Endpoint,
  between: { since: string; until?: string },
): Promise<number> {
  const call = core.api.POST("/v1/endpoints/{endpoint_id}/recover", { params: at(endpoint), body: { ...between } });
  return (await need(call)).recovered;
}

/** A fresh secret for the webhooks of single jobs, shown this once; both sign for `grace` seconds. Throws ApiError. */
export async function rotateWebhookSecret(core: Core, options: { grace?: number } = {}): Promise<string> {
  return (await need(core.api.POST("/v1/webhook-secret", { body: rotation(options) }))).secret;
}

function at(endpoint: string | Endpoint) {
  return { path: { endpoint_id: idOf(endpoint) } };
}

function rotation({ grace }: { grace?: number }) {
  return grace === undefined ? {} : { grace_seconds: grace };
}

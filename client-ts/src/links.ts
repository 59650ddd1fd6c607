import { idOf, need, type Core, type NewWebhookLink, type Wanted, type WebhookLink } from "./core.js";
import { paged, removed } from "./requests.js";
import type { components } from "./schema.js";

/** Whose webhooks a link shows, where, and for how long (docs/webhook-links.md). */
export type WebhookLinkOptions = components["schemas"]["WebhookLinkRequest"];

/**
 * A link that shows the endpoints and deliveries of some restaurants, once, to whoever has it, without a key. Its `url` is
 * shown this once: a path where the service does not know its own address.
 *
 * Throws ApiError: 403 for other restaurants than the key's, 409 when there are too many.
 */
export function makeWebhookLink(core: Core, options: WebhookLinkOptions): Promise<NewWebhookLink> {
  return need(core.api.POST("/v1/webhook-links", { body: options }));
}

/** Links that can be opened, or whose sessions last, those first that end last; never what opens them. */
export function webhookLinks(core: Core, wanted: Wanted<"webhook_links_list_links"> = {}): AsyncGenerator<WebhookLink> {
  return paged(
    (more) => core.api.GET("/v1/webhook-links", { params: { query: { ...wanted, ...more } } }),
    (page) => page.links,
    wanted.page_size,
  );
}

/** The link, never what opens it. Throws ApiError. */
export function getWebhookLink(core: Core, link: string | WebhookLink): Promise<WebhookLink> {
  return need(core.api.GET("/v1/webhook-links/{link_id}", { params: at(link) }));
}

/** Neither it nor what it has opened is good any more, within five seconds everywhere. Throws ApiError. */
export async function revokeWebhookLink(core: Core, link: string | WebhookLink): Promise<void> {
  await removed(core, (fetch) => core.api.DELETE("/v1/webhook-links/{link_id}", { params: at(link), fetch }));
}

function at(link: string | WebhookLink) {
  return { path: { link_id: idOf(link) } };
}

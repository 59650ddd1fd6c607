import { byId, idOf, need, type Core, type Delivery, type Wanted } from "./core.js";
import { paged } from "./requests.js";

/** Deliveries of the last 30 days (or as the operator set it), newest first, without their logs, page by page. */
export function deliveries(core: Core, wanted: Wanted<"deliveries_list_deliveries"> = {}): AsyncGenerator<Delivery> {
  return paged(
    (more) => core.api.GET("/v1/deliveries", { params: { query: { ...byId(wanted), ...more } } }),
    (page) => page.deliveries,
    wanted.page_size,
  );
}

/** The delivery with the log of its attempts. Throws ApiError. */
export function getDelivery(core: Core, delivery: string | Delivery): Promise<Delivery> {
  return need(core.api.GET("/v1/deliveries/{delivery_id}", { params: at(delivery) }));
}

/** One more attempt at once, under the same `webhook-id`. Throws ApiError: 409 while one is on its way. */
export function replayDelivery(core: Core, delivery: string | Delivery): Promise<Delivery> {
  return need(core.api.POST("/v1/deliveries/{delivery_id}/replay", { params: at(delivery) }));
}

function at(delivery: string | Delivery) {
  return { path: { delivery_id: idOf(delivery) } };
}

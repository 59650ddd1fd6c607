import { need, type Core, type Erasure } from "./core.js";

/** Whose reviews: a guest's, a restaurant's, or all of the organisation's. */
export type Whose = { external_author: string } | { restaurant: string } | { everything: true };

/** Seconds between two looks. */
const LOOK = 1;

/** Have all of somebody's reviews deleted; `waitErasure` tells the end. Throws ApiError: 403 for a key that is not `admin`. */
export function erase(core: Core, whose: Whose): Promise<Erasure> {
  return need(core.api.POST("/v1/erasures", { body: whose }));
}

/** How far it is, and when it has ended its report. Throws ApiError. */
export function getErasure(core: Core, erasure: string | Erasure): Promise<Erasure> {
  const id = typeof erasure === "string" ? erasure : erasure.id;
  return need(core.api.GET("/v1/erasures/{erasure_id}", { params: { path: { erasure_id: id } } }));
}

/** It, when it has ended, or as it is after `timeout` seconds (60). Throws ApiError. */
export async function waitErasure(
  core: Core,
  erasure: string | Erasure,
  options: { timeout?: number } = {},
): Promise<Erasure> {
  const end = core.outside.clock() + (options.timeout ?? 60);
  for (;;) {
    const found = await getErasure(core, erasure);
    const rest = end - core.outside.clock();
    if (found.finished_at !== null || rest <= 0) return found;
    await core.outside.sleep(Math.min(LOOK, rest));
  }
}

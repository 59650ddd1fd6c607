import { need, type Core, type Queue, type Usage } from "./core.js";

/** What waits and what runs. */
export function queue(core: Core): Promise<Queue> {
  return need(core.api.GET("/v1/queue"));
}

/** What your organisation used in a month (`2026-11`; this one unless given), by day, restaurant and model. */
export function usage(core: Core, month?: string): Promise<Usage> {
  return need(core.api.GET("/v1/usage", { params: { query: month === undefined ? {} : { month } } }));
}

import { changes } from "./changes.js";
import { idOf, need, type Core, type Retraining, type Wanted } from "./core.js";
import { paged, untilEnded } from "./requests.js";
import type { components } from "./schema.js";

type Body = components["schemas"]["RetrainingBody"];

/** What is learned from, and what becomes of the new version. */
export interface RetrainOptions {
  /** The organisations whose feedback is learned from. */
  tenants: readonly string[];
  /** What stands for the new version afterwards; `candidate` unless said. */
  alias?: string;
  /** Steps and bounds by which the alias goes there; `{}` has the usual ones. Without it the alias moves at once. */
  rollout?: NonNullable<Body["rollout"]>;
  /** Numbers in place of the usual ones, such as `epochs`. */
  options?: NonNullable<Body["options"]>;
}

/** Seconds between two looks. */
const LOOK = 2;

/**
 * Have a model (an alias, or an exact version) learn what people corrected; `waitRetraining` tells the end.
 *
 * Throws ApiError: 409 while a retraining of that version goes on, 403 for a key that does not look after the deployment.
 */
export function retrain(core: Core, model: string, options: RetrainOptions): Promise<Retraining> {
  const { tenants, ...more } = options;
  return need(core.api.POST("/v1/retrainings", { body: { model, tenants: [...tenants], ...more } as Body }));
}

/** How far it is, and what came of it. Throws ApiError. */
export function getRetraining(core: Core, retraining: string | Retraining): Promise<Retraining> {
  return need(core.api.GET("/v1/retrainings/{retraining_id}", { params: { path: { retraining_id: idOf(retraining) } } }));
}

/** It, when it has ended, or as it is after `timeout` seconds (3600). Throws ApiError. */
export function waitRetraining(
  core: Core,
  retraining: string | Retraining,
  options: { timeout?: number } = {},
): Promise<Retraining> {
  return untilEnded(core, () => getRetraining(core, retraining), hasEnded, { every: LOOK, timeout: options.timeout ?? 3600 });
}

/** It, whenever it has got on, until it has ended. A stream that breaks off is opened again behind the last change. */
export function retrainingEvents(core: Core, retraining: string | Retraining, lastEventId = ""): AsyncGenerator<Retraining> {
  const open = (last: string) =>
    core.api.GET("/v1/retrainings/{retraining_id}/events", {
      params: { path: { retraining_id: idOf(retraining) }, header: last ? { "Last-Event-ID": last } : {} },
      headers: { accept: "text/event-stream" },
      parseAs: "stream",
      fetch: core.once,
    });
  return changes<Retraining>(core, "retraining", open, hasEnded, lastEventId);
}

/** Have it end, also one that has not begun. Throws ApiError: 409 when it has ended. */
export function cancelRetraining(core: Core, retraining: string | Retraining): Promise<Retraining> {
  return need(
    core.api.POST("/v1/retrainings/{retraining_id}/cancel", { params: { path: { retraining_id: idOf(retraining) } } }),
  );
}

/** Retrainings newest first, page by page as they are asked for. */
export function retrainings(core: Core, wanted: Wanted<"retrainings_list_retrainings"> = {}): AsyncGenerator<Retraining> {
  return paged(
    (more) => core.api.GET("/v1/retrainings", { params: { query: { ...wanted, ...more } } }),
    (page) => page.retrainings,
    wanted.page_size,
  );
}

function hasEnded({ status }: Retraining): boolean {
  return status !== "queued" && status !== "running";
}

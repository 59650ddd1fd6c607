import { need, type Core, type Retraining } from "./core.js";
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
export async function waitRetraining(
  core: Core,
  retraining: string | Retraining,
  options: { timeout?: number } = {},
): Promise<Retraining> {
  const end = core.outside.clock() + (options.timeout ?? 3600);
  for (;;) {
    const found = await getRetraining(core, retraining);
    const rest = end - core.outside.clock();
    if ((found.status !== "queued" && found.status !== "running") || rest <= 0) return found;
    await core.outside.sleep(Math.min(LOOK, rest));
  }
}

/** Have it end, also one that has not begun. Throws ApiError: 409 when it has ended. */
export function cancelRetraining(core: Core, retraining: string | Retraining): Promise<Retraining> {
  return need(
    core.api.POST("/v1/retrainings/{retraining_id}/cancel", { params: { path: { retraining_id: idOf(retraining) } } }),
  );
}

function idOf(retraining: string | Retraining): string {
  return typeof retraining === "string" ? retraining : retraining.id;
}

import { idOf, need, type Core, type ModelOperation } from "./core.js";
import { untilEnded } from "./requests.js";

/** Seconds between two looks. */
const LOOK = 1;

export interface LoadOptions {
  /** Load: models that aliases stand for make room, too. Unload: also while an alias stands for it or jobs wait for it. */
  force?: boolean;
}

/**
 * Have all workers that serve a version load it now, and keep it; `waitOperation` tells the end. `model` is `name/version`,
 * or a name of which one version is served.
 *
 * Throws ApiError: 404 when no worker serves a model of this name, 422 for another version than those served, 403 for a key
 * that does not look after the deployment.
 */
export function loadModel(core: Core, model: string, options: LoadOptions = {}): Promise<ModelOperation> {
  const { name, body } = asked(model, options);
  return need(core.api.POST("/v1/models/{name}/load", { params: { path: { name } }, body }));
}

/**
 * Have all workers take a version out of memory; `waitOperation` tells the end. Its next job loads it again.
 *
 * Throws ApiError: 409 (`model-in-use`) while an alias stands for it or jobs wait for it, unless it is to be forced; else as
 * `loadModel`.
 */
export function unloadModel(core: Core, model: string, options: LoadOptions = {}): Promise<ModelOperation> {
  const { name, body } = asked(model, options);
  return need(core.api.POST("/v1/models/{name}/unload", { params: { path: { name } }, body }));
}

/** How far each worker is with loading or unloading; kept for a day. Throws ApiError. */
export function getOperation(core: Core, operation: string | ModelOperation): Promise<ModelOperation> {
  return need(core.api.GET("/v1/operations/{operation_id}", { params: { path: { operation_id: idOf(operation) } } }));
}

/**
 * It, when all workers are through, or as it is after `timeout` seconds (3600). A worker that refused or failed is no error:
 * the status is `refused` or `failed` then, and `workers` says why. Throws ApiError.
 */
export function waitOperation(
  core: Core,
  operation: string | ModelOperation,
  options: { timeout?: number } = {},
): Promise<ModelOperation> {
  const ended = ({ status }: ModelOperation) => status !== "running";
  return untilEnded(core, () => getOperation(core, operation), ended, { every: LOOK, timeout: options.timeout ?? 3600 });
}

function asked(model: string, { force = false }: LoadOptions) {
  const [name = "", version] = model.split(/\/(.*)/s);
  return { name, body: { force, ...(version === undefined ? {} : { version }) } };
}

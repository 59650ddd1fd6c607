import { need, type Alias, type Core, type ModelCards, type Models } from "./core.js";

/** The versions of models that are served, and where the aliases point. Throws ApiError. */
export function models(core: Core): Promise<Models> {
  return need(core.api.GET("/v1/models"));
}

/** What each version of a model may say, its scores and its card. Throws ApiError: 404 for one that no worker has had. */
export function modelCard(core: Core, name: string): Promise<ModelCards> {
  return need(core.api.GET("/v1/models/{name}/card", { params: { path: { name } } }));
}

export interface MoveOptions {
  /** The revision of the alias that you know; 0 makes a new one, or moves `default` for the first time. */
  revision: number;
  /** A version that judges the same jobs without being answered. */
  shadow?: string;
}

/**
 * Have an alias stand for a version, or for several by share, if its revision is still this one.
 *
 * Throws ApiError: 409 when somebody else has moved it, 422 for a version that is not served, 403 for a key that may not.
 */
export function moveAlias(
  core: Core,
  alias: string,
  to: string | Readonly<Record<string, number>>,
  options: MoveOptions,
): Promise<Alias> {
  const { revision, shadow } = options;
  const body = {
    revision,
    ...(typeof to === "string" ? { version: to } : { split: { ...to } }),
    ...(shadow === undefined ? {} : { shadow }),
  };
  return need(core.api.POST("/v1/models/{alias_id}", { params: { path: { alias_id: alias } }, body }));
}

export interface RollOutOptions {
  /** The revision of the alias that you know. */
  revision: number;
  /** Per cent of the jobs that the candidate gets, one step after the other. */
  steps?: readonly number[];
  /** Bounds by name, as docs/models.md lists them; null: that is not looked at. */
  bounds?: Readonly<Record<string, number | null>>;
}

/**
 * Have an alias go to another version in steps, as long as that keeps its bounds. Moving the alias to the candidate promotes
 * it, and to the version before stops it.
 *
 * Throws ApiError: 409 when somebody else has moved the alias, or when it does not stand for one other version.
 */
export function rollOut(core: Core, alias: string, candidate: string, options: RollOutOptions): Promise<Alias> {
  const { revision, steps, bounds } = options;
  const rollout = { version: candidate, ...(steps === undefined ? {} : { steps: [...steps] }), ...bounds };
  return need(core.api.POST("/v1/models/{alias_id}", { params: { path: { alias_id: alias } }, body: { revision, rollout } }));
}

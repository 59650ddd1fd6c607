import { need, type Alias, type Core, type ModelCards, type Models } from "./core.js";
import { unheard } from "./requests.js";
import type { components } from "./schema.js";

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
  /** Of several by share: per cent of the jobs that another one of them judges, too; 1 unless you say otherwise. */
  compare?: number;
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
  const { revision, shadow, compare } = options;
  const body = {
    revision,
    ...(typeof to === "string" ? { version: to } : { split: { ...to } }),
    ...(shadow === undefined ? {} : { shadow }),
    ...(compare === undefined ? {} : { compare }),
  };
  const versions = typeof to === "string" ? { [to]: 100 } : to;
  return moved(core, alias, body, (found) => same(found.versions, versions) && found.shadow === (shadow ?? null));
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
  return moved(core, alias, { revision, rollout }, (found) => found.rollout?.candidate === candidate);
}

/**
 * Forget an alias, if its revision is still this one; jobs that wait and name it get what `default` stands for.
 *
 * Throws ApiError: 404 where there is none, 409 when somebody else has moved it, 403 for a key that may not.
 */
export async function deleteAlias(core: Core, alias: string, options: { revision: number }): Promise<void> {
  const params = { path: { alias_id: alias }, query: { revision: options.revision } };
  await unheard(core, 404, (fetch) => core.api.DELETE("/v1/models/{alias_id}", { params, fetch }), () => true);
}

/**
 * The alias once it is moved, also by an earlier try whose answer was lost: then it is as `asked`, and nobody moved it since; a new
 * one, whatever its first revision.
 */
function moved(
  core: Core,
  alias: string,
  body: components["schemas"]["AliasBody"],
  asked: (found: Alias) => boolean,
): Promise<Alias> {
  const params = { path: { alias_id: alias } };
  const follows = (found: Alias) => body.revision === 0 || found.revision === body.revision + 1;
  const one = (found: Alias) => found.alias === alias && follows(found) && asked(found);
  return unheard(
    core,
    409,
    (fetch) => core.api.POST("/v1/models/{alias_id}", { params, body, fetch }),
    async () => (await models(core)).aliases.find(one),
  );
}

const same = (one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>) =>
  Object.keys(one).length === Object.keys(other).length && Object.entries(one).every(([name, share]) => other[name] === share);

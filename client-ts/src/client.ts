import type { Client } from "openapi-fetch";
import * as batches from "./batches.js";
import { coreOf, need, type Core, type Options } from "./core.js";
import * as deliveries from "./deliveries.js";
import * as endpoints from "./endpoints.js";
import * as erasures from "./erasures.js";
import * as feedback from "./feedback.js";
import * as files from "./files.js";
import * as jobs from "./jobs.js";
import * as keys from "./keys.js";
import * as links from "./links.js";
import * as models from "./models.js";
import * as operations from "./operations.js";
import * as restaurants from "./restaurants.js";
import * as retrainings from "./retrainings.js";
import type { paths } from "./schema.js";
import * as service from "./service.js";

/** All that these export is a call: a function of what calls are made with, and of what this one is about. */
const CALLS = {
  ...batches,
  ...deliveries,
  ...endpoints,
  ...erasures,
  ...feedback,
  ...files,
  ...jobs,
  ...keys,
  ...links,
  ...models,
  ...operations,
  ...restaurants,
  ...retrainings,
  ...service,
};

/** The calls of a module as methods: without their first parameter, and with what is said of them. */
type Methods<M> = {
  [N in keyof M]: M[N] extends (core: Core, ...about: infer A) => infer R ? (...about: A) => R : never;
};

// Merged with the class, which is given them below.
export interface Kritiq
  extends Methods<typeof batches>,
    Methods<typeof deliveries>,
    Methods<typeof endpoints>,
    Methods<typeof erasures>,
    Methods<typeof feedback>,
    Methods<typeof files>,
    Methods<typeof jobs>,
    Methods<typeof keys>,
    Methods<typeof links>,
    Methods<typeof models>,
    Methods<typeof operations>,
    Methods<typeof restaurants>,
    Methods<typeof retrainings>,
    Methods<typeof service> {}

/** Kritiq at one address. */
export class Kritiq {
  readonly #core: Core;

  constructor(url: string, options: Options = {}) {
    this.#core = coreOf(url, options);
  }

  /** Every call of the OpenAPI document, typed (openapi-fetch): `{data, error, response}`, with the same retries. */
  get api(): Client<paths> {
    return this.#core.api;
  }

  /** The body of a good answer of `api`; throws ApiError for any other, TransportError for a body that is missing. */
  readonly need = need;

  static {
    for (const [name, call] of Object.entries(CALLS) as [string, (core: Core, ...about: unknown[]) => unknown][]) {
      const value = function (this: Kritiq, ...about: unknown[]) {
        return call(this.#core, ...about);
      };
      Object.defineProperty(this.prototype, name, { value, configurable: true, writable: true });
    }
  }
}

// Some of a list's entries, chosen one by one or all at once, and something done with each of them.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { call } from "../api.js";
import { named, t } from "../language.js";

const AT_ONCE = 4;

/** Of `list`, as `useList` gives it: {chosen, column, told, each}. */
export function useSelection(list) {
  const [ids, choose] = useState(new Set());
  const [told, tell] = useState("");
  const chosen = list.items.filter(({ id }) => ids.has(id));
  const toggle = (id) => choose((before) => (before.has(id) ? new Set([...before].filter((each) => each !== id)) : new Set([...before, id])));
  const all = () => choose((before) => (before.size ? new Set() : new Set(list.items.map(({ id }) => id))));

  /** What a button does with those that are `wanted`: one call each, to `path(entry)`. */
  const each = (method, path, wanted) => async () => {
    let done = 0;
    const failed = [];
    const queue = chosen.filter(wanted);
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let entry = queue.shift(); entry; entry = queue.shift()) {
          try {
            await call(method, path(entry));
            done += 1;
          } catch (problem) {
            failed.push(`${entry.id}: ${named("problem", problem.code || problem.status)}`);
          }
        }
      }),
    );
    choose(new Set());
    tell([t("done_to", { count: done }), ...failed.slice(0, 3)].join(" "));
    list.reload();
  };

  const column = {
    title: html`<button type="button" class="plain" onClick=${all}>${ids.size ? t("none") : t("all")}</button>`,
    cell: ({ id }) => html`<input type="checkbox" aria-label=${t("choose", { id })} checked=${ids.has(id)} onChange=${() => toggle(id)} />`,
  };
  return { chosen, column, told, each };
}

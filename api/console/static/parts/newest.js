// The newest reviews of a restaurant, and the sentences that are clearest about it.
import { html } from "../vendor/html.js";
import { useRef } from "../vendor/hooks.js";
import { get } from "../api.js";
import { moment, t } from "../language.js";
import { at } from "../router.js";
import { useResource } from "../resource.js";
import { Overall, overall, Sentences } from "./review.js";
import { Shown } from "./states.js";

const REVIEWS = 20;
const TELLING = 6;

export function Newest({ name }) {
  // What has ended stays as it is: each job is fetched once.
  const known = useRef(new Map());
  const resource = useResource(
    async (signal) => {
      const { jobs } = await get("/v1/jobs", { restaurant: name, status: "succeeded", page_size: REVIEWS }, signal);
      const found = await Promise.allSettled(jobs.map(({ id }) => known.current.get(id) ?? get(`/v1/jobs/${encodeURIComponent(id)}`, {}, signal)));
      const ended = found.filter(({ value }) => value?.result).map(({ value }) => value);
      known.current = new Map(ended.map((job) => [job.id, job]));
      return ended;
    },
    [name],
    { everyMs: 15_000 },
  );
  return html`
    <${Shown} resource=${resource} empty=${(jobs) => (jobs.length ? null : html`<p class="muted small">${t("no_single_reviews")}</p>`)}>
      ${(jobs) => html`
        <div class="two">
          <section class="card"><h2>${t("newest")}</h2>
            <ul class="stack">${jobs.slice(0, 5).map((job) => html`
              <li key=${job.id} class="stack"><a class="small" href=${at(`/jobs/${encodeURIComponent(job.id)}`)}>${moment(job.reviewed_at ?? job.created_at)}</a><${Overall} result=${job.result} /><${Sentences} sentences=${job.result.sentences} /></li>
            `)}</ul>
          </section>
          <section class="card"><h2>${t("telling")}</h2><${Sentences} sentences=${telling(jobs)} /></section>
        </div>
      `}
    <//>
  `;
}

/** The sentences with one judgement that the model is surest of, praise and blame in turns. */
function telling(jobs) {
  const all = jobs.flatMap(({ result }) => result.sentences).map((sentence, index) => {
    const aspects = Object.entries(sentence.aspects).filter(([, { polarity }]) => polarity !== "none");
    return { ...sentence, index, polarity: overall(aspects), sure: Math.min(1, ...aspects.map(([, { confidence }]) => confidence)), found: aspects.length };
  });
  const best = (polarity) => {
    const found = all.filter((each) => each.found && each.polarity === polarity).sort((one, two) => two.sure - one.sure);
    return found.filter(({ text }, place) => found.findIndex((each) => each.text === text) === place).slice(0, TELLING / 2);
  };
  return [...best("positive"), ...best("negative")];
}

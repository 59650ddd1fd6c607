// The newest reviews of a restaurant in some time, and the sentences that are clearest about it.
import { html } from "../vendor/html.js";
import { get } from "../api.js";
import { moment, number, t } from "../language.js";
import { at } from "../router.js";
import { useResource } from "../resource.js";
import { SurenessKey } from "./pill.js";
import { Overall, overall, Sentences } from "./review.js";
import { Shown } from "./states.js";

const REVIEWS = 100;
const MOST_PAGES = 10;
const SHOWN = 5;
const TELLING = 6;

/** `range`: {from, to}, days or "". */
export function Newest({ name, range }) {
  const resource = useResource((signal) => lately(name, range, signal), [name, range.from, range.to], { everyMs: 30_000, told: ["restaurants"], only: name });
  return html`
    <${Shown} resource=${resource} empty=${(reviews) => (reviews.length ? null : html`<p class="muted small">${t("no_sentences_left")}</p>`)}>
      ${(reviews) => html`
        <div class="two">
          <section class="card"><h2>${t("newest")}</h2>
            <ul class="stack">${reviews.slice(0, SHOWN).map((review) => html`
              <li key=${review.job_id ?? `${review.batch_id} ${review.line}`} class="stack"><a class="small" href=${place(review)}>${moment(written(review))}</a><${Overall} result=${review.result} /><${Sentences} sentences=${review.result.sentences} /></li>
            `)}</ul>
          </section>
          <section class="card"><h2>${t("telling")}</h2>
            <${Sentences} sentences=${telling(reviews)} />
            <p class="small muted">${t("telling_of", { count: number(reviews.length) })}</p>
            <${SurenessKey} />
          </section>
        </div>
      `}
    <//>
  `;
}

/** When it was written, as far as anybody said. */
const written = ({ reviewed_at: reviewed, created_at: sent }) => reviewed ?? sent;

const place = ({ job_id: job, batch_id: batch }) => at(job ? `/jobs/${encodeURIComponent(job)}` : `/batches/${batch}`);

/** Those that were sent last, those first that were written last. */
async function lately(name, range, signal) {
  const found = [];
  let token = "";
  for (let pages = 0; found.length < REVIEWS && token !== null && pages < MOST_PAGES; pages += 1) {
    const page = await get(`/v1/restaurants/${encodeURIComponent(name)}/reviews`, { ...range, page_size: REVIEWS - found.length, page_token: token }, signal);
    found.push(...page.reviews);
    token = page.next_page_token;
  }
  return found.sort((one, two) => Date.parse(written(two)) - Date.parse(written(one)));
}

/** The sentences with one judgement that the model is surest of, praise and blame in turns. */
function telling(reviews) {
  const all = reviews.flatMap(({ result }) => result.sentences).map((sentence, index) => {
    const aspects = Object.entries(sentence.aspects).filter(([, { polarity }]) => polarity !== "none");
    return { ...sentence, index, polarity: overall(aspects), sure: Math.min(1, ...aspects.map(([, { confidence }]) => confidence)), found: aspects.length };
  });
  const best = (polarity) => {
    const found = all.filter((each) => each.found && each.polarity === polarity).sort((one, two) => two.sure - one.sure);
    return found.filter(({ text }, place_) => found.findIndex((each) => each.text === text) === place_).slice(0, TELLING / 2);
  };
  return [...best("positive"), ...best("negative")];
}

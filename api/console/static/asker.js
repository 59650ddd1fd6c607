// Asks for something until it is there, and again as long as somebody looks at it.
import { broken, connection, Problem } from "./api.js";
import { live } from "./live.js";

/** What could not be answered is asked for again after this, then after twice as long each time, up to the longest. */
const AGAIN_MS = 500;
const LONGEST_MS = 15_000;
/** What the API asks to wait is waited, up to this. */
const MOST_ASKED_MS = 60_000;
/** Refreshing takes no more than this share of the time, however much there is to look through. */
const SHARE = 0.1;
/** Where changes are told it is asked for after each of them, up to so many times as often, and so seldom without any. */
const TIMES = 3;
const TOLD_MS = 30_000;

const UNKNOWN = { data: null, problem: null, loading: true, growing: false };

/** One thing that is asked for: `load(signal, data, tell)` gives it anew, by what there was; `tell(data)` is part of it. */
export class Asker {
  #load;
  #show;
  #everyMs;
  #told;
  #only;
  #rarely;
  #state = UNKNOWN;
  #running = null;
  #timer = null;
  #due = false;
  /** Whether it has changed since it was asked for; when that was, and when it was answered. */
  #changed = false;
  #began = 0;
  #ended = 0;
  /** How often it could not be answered one after the other, and what that was. */
  #failures = 0;
  #unanswered = null;

  /**
   * `show(state)` hears of {data, problem, loading, growing}. `told`: kinds of changes (`live`) with which it changes, of
   * restaurants only those with this name (`only`), if it is given; `alsoElse`: it changes with what is not told, too.
   */
  constructor(load, show, everyMs = 0, { told = [], only = null, alsoElse = false } = {}) {
    [this.#load, this.#show, this.#everyMs, this.#told, this.#only] = [load, show, everyMs, told, only];
    this.#rarely = told.length > 0 && !alsoElse;
  }

  begin() {
    document.addEventListener("visibilitychange", this.#seen);
    connection.addEventListener("change", this.#reached);
    for (const kind of this.#told) live.addEventListener(kind, this.#news);
    live.addEventListener("telling", this.#telling);
    this.#say(UNKNOWN);
    this.ask();
  }

  end() {
    document.removeEventListener("visibilitychange", this.#seen);
    connection.removeEventListener("change", this.#reached);
    for (const kind of this.#told) live.removeEventListener(kind, this.#news);
    live.removeEventListener("telling", this.#telling);
    this.#running?.abort();
    clearTimeout(this.#timer);
  }

  /** From now on it is refreshed so often; 0: never. */
  every(ms) {
    if (ms === this.#everyMs) return;
    this.#everyMs = ms;
    if (!this.#state.loading && !this.#failures) this.#rest();
  }

  /** Asks now, whatever is under way: as always or, for once, by `more`. What could not be answered is tried again. */
  async ask(more = this.#unanswered) {
    this.#running?.abort();
    clearTimeout(this.#timer);
    const mine = (this.#running = new AbortController());
    const say = (change) => mine.signal.aborted || this.#say(change);
    const began = performance.now();
    this.#changed = false;
    say({ growing: more !== null });
    try {
      const data = await (more ?? this.#load)(mine.signal, this.#state.data, (part) => say({ data: part }));
      if (mine.signal.aborted) return;
      [this.#failures, this.#unanswered] = [0, null];
      say({ data, problem: null, loading: false, growing: false });
      [this.#began, this.#ended, this.#running] = [began, performance.now(), null];
      this.#rest();
    } catch (error) {
      if (mine.signal.aborted) return;
      this.#running = null;
      const problem = error instanceof Problem ? error : broken(error);
      say({ data: problem.passes ? this.#state.data : null, problem, loading: false, growing: false });
      this.#failures = problem.passes ? this.#failures + 1 : 0;
      this.#unanswered = problem.passes ? more : null;
      if (problem.passes) this.#plan(pause(this.#failures, problem));
      // A refusal would be the same again, and each stands in the audit log.
      else if (![401, 403].includes(problem.status)) this.#rest();
    }
  }

  /** Asks again after a change, or, where none is told, so often. */
  #rest() {
    const everyMs = this.#everyMs, rest = (this.#ended - this.#began) / SHARE;
    if (!everyMs) return this.#plan(0);
    const pause = Math.max(this.#began + everyMs / TIMES, this.#ended + rest) - performance.now();
    if (this.#changed) this.#plan(Math.max(1, pause));
    else this.#plan(Math.max(live.telling && this.#rarely ? TOLD_MS : everyMs, rest));
  }

  #say(change) {
    this.#state = { ...this.#state, ...change };
    this.#show(this.#state);
  }

  /** Asks after `ms` (0: not), or when somebody looks at the page again. */
  #plan(ms) {
    clearTimeout(this.#timer);
    this.#due = false;
    if (ms) this.#timer = setTimeout(() => (document.hidden ? (this.#due = true) : this.ask()), ms);
  }

  #seen = () => {
    if (!document.hidden && this.#due) this.ask();
  };

  /** It has changed. What is asked for just now may be from before. */
  #news = ({ detail }) => {
    if (this.#changed || (this.#only && detail && !detail.includes(this.#only))) return;
    this.#changed = true;
    if (!this.#running && !this.#state.problem) this.#rest();
  };

  /** From now on changes are told, or not. */
  #telling = () => {
    if (!this.#running && !this.#state.problem) this.#rest();
  };

  /** Others are answered again. */
  #reached = ({ detail }) => {
    if (detail && this.#failures && !document.hidden) this.#plan(1);
  };
}

function pause(failures, { retryAfter }) {
  const asked = Math.min(MOST_ASKED_MS, 1000 * (Number(retryAfter) || 0));
  return Math.max(asked, Math.min(LONGEST_MS, AGAIN_MS * 2 ** (failures - 1)));
}

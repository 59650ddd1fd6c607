// What changes, told by the API in one stream for the whole page: whoever shows something hears when to ask again.
import { pause, Problem, stream } from "./api.js";

/** What changes are told of by name, and lists of which only that they have changed. */
const NAMED = ["jobs", "batches", "deliveries", "restaurants"];
const LISTS = ["audit", "endpoints", "keys", "models", "retrainings", "webhook-links"];
/** A stream that ended is opened again after this, one that was refused after twice as long each time, up to the longest. */
const AGAIN_MS = 1000;
const LONGEST_MS = 30_000;

/**
 * Has an event of each kind when something of it has changed, or may have, and `telling` when the stream begins or ends. The
 * detail of one of restaurants: their names; null where it may be any.
 */
class Live extends EventTarget {
  #stop = null;
  /** Whether changes are told, so that nobody has to look whether there are any. */
  telling = false;

  begin() {
    document.addEventListener("visibilitychange", this.#seen);
    this.#seen();
  }

  end() {
    document.removeEventListener("visibilitychange", this.#seen);
    this.#leave();
  }

  /** What nobody sees need not be told; and of all pages of a host together a browser keeps few connections. */
  #seen = () => {
    if (document.hidden) this.#leave();
    else if (!this.#stop) this.#listen((this.#stop = new AbortController()).signal);
  };

  #leave() {
    this.#stop?.abort();
    this.#stop = null;
    this.#say(false);
  }

  async #listen(signal) {
    for (let failures = 0; ; failures += 1) {
      let asked = 0;
      const tell = (name, news) => name === "changes" && ((failures = 0), this.#tell(news));
      try {
        await stream("/v1/events", { tell, signal });
      } catch (error) {
        // A key that may not listen looks now and then instead.
        if (signal.aborted || (error instanceof Problem && !error.passes)) return;
        asked = 1000 * (Number(error.retryAfter) || 0);
      }
      if (signal.aborted) return;
      this.#say(false);
      await pause(Math.max(asked, Math.min(LONGEST_MS, AGAIN_MS * 2 ** failures)), signal);
      if (signal.aborted) return;
    }
  }

  #tell(news) {
    this.#say(true);
    const all = !news.complete;
    const changed = [...NAMED.filter((kind) => news[kind].length), ...news.lists, ...(news.queue ? ["queue"] : [])];
    for (const kind of all ? [...NAMED, ...LISTS, "queue"] : changed) {
      this.dispatchEvent(new CustomEvent(kind, { detail: kind === "restaurants" && !all ? news.restaurants : null }));
    }
  }

  #say(telling) {
    if (telling === this.telling) return;
    this.telling = telling;
    this.dispatchEvent(new Event("telling"));
  }
}

export const live = new Live();

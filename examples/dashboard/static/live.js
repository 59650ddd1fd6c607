// The line to the server: server-sent events, and polling for as long as they do not work.

const SILENCE_MS = 40000; // the server speaks every 15 s
const POLL_MS = 4000;
const LONGEST_MS = 15000;

export function connect({ onRevision, onPoll }) {
  const pill = document.getElementById("connection");
  const text = document.getElementById("connection-text");
  let source = null;
  let wait = 1000;
  let poller = 0;
  let watchdog = 0;
  let reopener = 0;

  function show(state) {
    if (pill.dataset.state === state) return; // a status that says the same again would be read out again
    pill.dataset.state = state;
    text.textContent = pill.dataset[state];
  }

  function alive() {
    clearTimeout(watchdog);
    watchdog = setTimeout(reopen, SILENCE_MS);
    clearTimeout(poller);
    poller = 0;
    wait = 1000;
    show("live");
  }

  async function poll() {
    try {
      await onPoll();
      if (poller) show("polling");
    } catch {
      if (poller) show("offline");
    }
    if (poller) poller = setTimeout(poll, POLL_MS);
  }

  function lost() {
    if (!poller) poller = setTimeout(poll, 300); // a blink of the line is no reason to say anything
    // The browser tries again by itself, unless the server answered with an error: then it gives up for good.
    if (source?.readyState === EventSource.CLOSED) {
      clearTimeout(reopener);
      reopener = setTimeout(open, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_MS);
    }
  }

  function open() {
    close();
    source = new EventSource("events");
    source.addEventListener("open", alive);
    source.addEventListener("heartbeat", alive);
    source.addEventListener("revision", (event) => {
      alive();
      Promise.resolve(onRevision(event.data)).catch(lost);
    });
    source.addEventListener("error", lost);
  }

  function close() {
    clearTimeout(reopener);
    clearTimeout(watchdog);
    source?.close();
    source = null;
  }

  function reopen() {
    open();
    lost();
  }

  // A page that nobody sees gives its stream back: browsers allow six per host, and each costs the server a thread.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return open();
    close();
    clearTimeout(poller);
    poller = 0;
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
  addEventListener("online", open);
  if (!document.hidden) open();
  return { check: lost };
}

// The page's own script: filters, and what to do when something new arrives. No text is ever parsed as markup.

import { connect } from "./live.js";
import { chart } from "./trend.js";
import { corrections } from "./correction.js";
import { render } from "./render.js";

const form = document.getElementById("filters");
const drawTrend = chart();
let shown = document.body.dataset.revision;
let inFlight = null;
let again = false;

function query() {
  const data = new FormData(form);
  const pairs = [...data].filter(([name, value]) => value !== "" && !(name === "trend" && value === "day"));
  return new URLSearchParams(pairs).toString();
}

// One request at a time: what changes meanwhile is asked for once more afterwards, however often it changed.
async function refresh({ filtered = false } = {}) {
  if (inFlight && !filtered) {
    again = true;
    return;
  }
  inFlight?.abort();
  const mine = (inFlight = new AbortController());
  const timer = setTimeout(() => mine.abort(), 10000);
  try {
    const answer = await fetch(`view.json?${query()}`, { signal: mine.signal });
    // Whose login is over is asked for it by the page itself.
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const view = await answer.json();
    if (inFlight !== mine) return;
    render(view, { quiet: filtered });
    drawTrend(view.trend);
    shown = view.revision;
  } finally {
    clearTimeout(timer);
    if (inFlight === mine) {
      inFlight = null;
      if (again) {
        again = false;
        refresh().catch(() => {});
      }
    }
  }
}

function filter() {
  history.pushState(null, "", `?${query()}`);
  follow();
  refresh({ filtered: true }).catch(() => live.check());
}

// What is saved is what is shown.
function follow() {
  document.getElementById("export").href = `export.csv?${query()}`;
  document.getElementById("compare").href = `compare?${query()}`;
}

function choose(changes) {
  for (const [name, value] of Object.entries(changes)) form.elements[name].value = value;
  filter();
}

form.addEventListener("change", filter); // the trend's switch belongs to the form too, but bubbles elsewhere
for (const radio of document.querySelectorAll("input[name=trend]")) radio.addEventListener("change", filter);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  filter();
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // a new tab is what was asked for
  const row = event.target.closest("tr[data-aspect] a")?.closest("tr");
  if (row) {
    event.preventDefault();
    choose({ aspect: row.dataset.selected ? "" : row.dataset.aspect });
  } else if (event.target.closest("#reset")) {
    event.preventDefault();
    choose({ restaurant: "", aspect: "", polarity: "", from: "", to: "" });
    form.elements.restaurant.focus(); // the link that had the focus is about to vanish
  }
});

addEventListener("popstate", () => {
  const wanted = new URLSearchParams(location.search);
  for (const name of ["restaurant", "aspect", "polarity", "from", "to"]) form.elements[name].value = wanted.get(name) ?? "";
  form.elements.trend.value = wanted.get("trend") ?? "day";
  follow();
  refresh({ filtered: true }).catch(() => live.check());
});

const copy = document.getElementById("copy");
copy.hidden = !navigator.clipboard;
copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(document.getElementById("curl").textContent);
  copy.textContent = copy.dataset.done;
});

corrections({ refresh: () => refresh({ filtered: true }) });

const live = connect({
  onRevision: (revision) => (revision === shown ? undefined : refresh()),
  onPoll: () => refresh(),
});

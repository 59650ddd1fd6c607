// Puts a view into the page. Strings become text nodes or attributes, never markup.

const id = (name) => document.getElementById(name);
const says = document.body.dataset;

// Writing only what differs keeps the screen reader, the focus and the transitions undisturbed.
function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

function flag(node, name, on) {
  if (on) node.dataset[name] = "yes";
  else delete node.dataset[name];
}

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

export function render(view, { quiet }) {
  document.body.dataset.revision = view.revision;
  const wasEmpty = document.body.dataset.empty === "yes";
  document.body.dataset.empty = view.empty ? "yes" : "no";
  id("first-steps").hidden = !view.empty;
  id("content").hidden = view.empty;
  id("disabled").hidden = !view.disabled;
  id("reset").hidden = !view.filtered;
  id("other-language").href = view.other_language;
  text(id("unfinished"), view.unfinished);
  contact(view.received_at);
  figures(view.figures);
  restaurants(view.restaurants);
  bars(view.bars);
  text(id("trend-name"), view.trend_title);
  text(id("trend-hint"), view.trend_hint);
  const added = reviews(view.reviews, quiet);
  if (added && !quiet) id("arrived").textContent = `${says.arrived} (${added})`;
  else if (!wasEmpty) id("arrived").textContent = "";
}

function contact(moment) {
  const node = id("contact");
  node.dateTime = moment;
  text(node, moment ? new Date(moment).toLocaleString(document.documentElement.lang) : node.dataset.never);
}

function figures(all) {
  for (const figure of all) {
    const node = document.querySelector(`[data-figure="${figure.key}"]`);
    text(node.querySelector(".figure-value"), figure.value);
    text(node.querySelector(".figure-note"), figure.note);
  }
}

function restaurants(choices) {
  const select = id("restaurant");
  const now = [...select.options].map((option) => option.value);
  if (now.length === choices.length && choices.every((choice, at) => choice.value === now[at])) return;
  const chosen = select.value; // what is on the screen, not what was asked for: the user may have moved on
  select.replaceChildren(...choices.map((choice) => new Option(choice.label, choice.value)));
  select.value = chosen;
}

function bars(all) {
  for (const bar of all) {
    const row = document.querySelector(`tr[data-aspect="${bar.aspect}"]`);
    const link = row.querySelector("a");
    flag(row, "selected", bar.selected);
    link.setAttribute("href", bar.link);
    if (bar.selected) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    text(row.querySelector(".total"), bar.total);
    row.querySelector(".bar").setAttribute("aria-label", bar.summary);
    for (const share of bar.shares) {
      const rect = row.querySelector(`rect[data-polarity="${share.polarity}"]`);
      rect.setAttribute("x", share.x);
      rect.setAttribute("width", share.width);
      const cell = row.querySelector(`td[data-polarity="${share.polarity}"]`);
      flag(cell, "none", share.count === "0");
      text(cell.querySelector("b"), share.count);
      text(cell.querySelector("small"), share.share);
    }
  }
}

function reviews(cards, quiet) {
  const list = id("reviews");
  const known = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let added = 0;
  const wanted = cards.map((card) => {
    const node = known.get(card.key);
    if (node?.dataset.digest === card.digest) return node;
    const fresh = review(card);
    if (!quiet && !node) {
      fresh.classList.add("fresh");
      added += 1;
    }
    return fresh;
  });
  // Moved only where the order differs: taking a node out and putting it back would drop the focus and a selection.
  wanted.forEach((node, at) => {
    if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
  });
  while (list.children.length > wanted.length) list.lastElementChild.remove();
  id("no-match").hidden = cards.length > 0;
  return added;
}

function review(card) {
  return make(
    "li",
    { class: "review", "data-key": card.key, "data-digest": card.digest },
    make(
      "p",
      { class: "review-head" },
      make("b", {}, card.restaurant),
      make("time", { datetime: card.at }, card.day),
      card.language ? make("span", {}, card.language) : null,
      card.truncated ? make("span", { class: "badge" }, says.truncated) : null,
      card.whole ? whole(card.whole) : null,
    ),
    ...(card.lines.length ? card.lines.map((each) => line(each, card.correctable)) : [make("p", { class: "more" }, says.missing)]),
    card.more ? make("p", { class: "more" }, card.more) : null,
  );
}

function whole(judged) {
  const sign = make("span", { class: "sign", "aria-hidden": "true" }, judged.sign);
  return make("span", { class: "chip", "data-polarity": judged.polarity }, sign, `${says.asAWhole}: ${judged.label}`);
}

function line(sentence, correctable) {
  const chips = sentence.chips.map(chip);
  return make(
    "div",
    { class: "line" },
    make("p", { class: sentence.has_text ? "sentence" : "sentence no-text", dir: "auto" }, ...sentence.pieces.map(piece)),
    make("ul", { class: "chips" }, ...(chips.length ? chips : [make("li", { class: "chip chip-none" }, says.noAspect)])),
    correctable ? make("button", { class: "wrong", type: "button", "data-position": sentence.position }, says.wrong) : null,
  );
}

function piece({ text: words, polarity }) {
  return polarity ? make("mark", { "data-polarity": polarity }, words) : words;
}

function chip(judged) {
  const heard = `: ${judged.polarity_label}${judged.doubt ? `, ${judged.doubt}` : ""}`;
  return make(
    "li",
    { class: "chip", "data-aspect": judged.aspect, "data-polarity": judged.polarity, "data-sure": judged.sure },
    make("span", { class: "sign", "aria-hidden": "true" }, judged.sign),
    judged.label,
    make("span", { class: "hidden-text" }, heard),
    judged.confidence || judged.corrected ? make("small", {}, judged.confidence || judged.corrected) : null,
  );
}

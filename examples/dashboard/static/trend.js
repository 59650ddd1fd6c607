// The trend: places what the server has computed, and lets pointer and arrow keys walk through the values.

const SVG = "http://www.w3.org/2000/svg";
const id = (name) => document.getElementById(name);

export function chart() {
  const svg = id("chart");
  const cursor = id("cursor");
  let marks = fromPage();
  let at = -1; // -1: the newest

  function show(number) {
    at = number;
    const mark = marks.at(number);
    if (!mark) return;
    id("readout-value").textContent = mark.value;
    id("readout-label").textContent = `${mark.label} · ${mark.count}`;
    cursor.setAttribute("visibility", number === -1 ? "hidden" : "visible");
    cursor.setAttribute("x1", `${mark.x}%`);
    cursor.setAttribute("x2", `${mark.x}%`);
    [...id("marks").children].forEach((circle, each) => circle.classList.toggle("here", each === number));
  }

  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = (100 * (event.clientX - box.left)) / box.width;
    let nearest = -1;
    marks.forEach((mark, each) => {
      if (nearest < 0 || Math.abs(mark.x - x) < Math.abs(marks[nearest].x - x)) nearest = each;
    });
    if (nearest !== at) show(nearest);
  });
  svg.addEventListener("pointerleave", () => show(-1));
  svg.addEventListener("blur", () => show(-1));
  svg.addEventListener("keydown", (event) => {
    const last = marks.length - 1;
    const here = at < 0 ? last : at;
    const next = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    show(Math.max(0, Math.min(last, next)));
  });

  return function draw(trend) {
    marks = trend.marks;
    id("trend").hidden = marks.length === 0;
    id("trend-empty").hidden = marks.length > 0;
    id("trend-line").setAttribute("d", trend.line);
    id("trend-area").setAttribute("d", trend.area);
    id("marks").replaceChildren(...marks.map(circle));
    id("trend-rows").replaceChildren(...marks.map(row));
    id("trend-first").textContent = marks.length > 1 ? marks[0].label : "";
    id("trend-last").textContent = marks.at(-1)?.label ?? "";
    show(at < marks.length ? at : -1);
  };
}

function circle(mark) {
  const node = document.createElementNS(SVG, "circle");
  node.setAttribute("class", "mark");
  node.setAttribute("cx", `${mark.x}%`);
  node.setAttribute("cy", `${mark.y}%`);
  node.setAttribute("r", mark.radius);
  return node;
}

function row(mark) {
  const node = document.createElement("tr");
  for (const value of [mark.label, mark.value, mark.count]) node.insertCell().textContent = value;
  return node;
}

// The first drawing comes from the server as elements; the table beside it holds the words.
function fromPage() {
  const rows = [...id("trend-rows").rows];
  return [...id("marks").children].map((node, at) => {
    const [label, value, count] = [...rows[at].cells].map((cell) => cell.textContent);
    return { x: parseFloat(node.getAttribute("cx")), label, value, count };
  });
}

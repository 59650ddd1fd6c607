// A chart as a picture that stands for itself: on the page's ground, with its title and what its lines are.

const HEAD = 56;
const EDGE = 16;

/** A PNG of `canvas`, drawn at `scale` of CSS pixels; `of(name)` gives a colour's value, `series` as `Chart` has them. */
export default function picture(canvas, { title, series, scale, of, family }) {
  const whole = document.createElement("canvas");
  Object.assign(whole, { width: canvas.width + 2 * EDGE * scale, height: canvas.height + (HEAD + EDGE) * scale });
  const place = whole.getContext("2d");
  place.fillStyle = of("--card");
  place.fillRect(0, 0, whole.width, whole.height);
  place.drawImage(canvas, EDGE * scale, HEAD * scale);
  place.scale(scale, scale);
  place.fillStyle = of("--ink");
  place.font = `600 15px ${family}`;
  place.fillText(title, EDGE, 24);
  place.font = `13px ${family}`;
  let left = EDGE;
  for (const { label, colour } of series) {
    place.fillStyle = of(colour);
    place.fillRect(left, 36, 11, 11);
    place.fillStyle = of("--ink");
    place.fillText(label, left + 16, 46);
    left += 16 + place.measureText(label).width + EDGE;
  }
  return new Promise((resolve) => whole.toBlob(resolve, "image/png"));
}

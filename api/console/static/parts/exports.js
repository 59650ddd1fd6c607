// What is shown as a file: a table for spreadsheets.
import { html } from "../vendor/html.js";
import { keep } from "../api.js";
import { counted, POLARITIES } from "../judgements.js";
import { t } from "../language.js";

/** RFC 4180, in UTF-8 with the mark by which spreadsheets know it. */
function table(rows) {
  const cell = (value) => (/[",\r\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : value);
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** A button that keeps `sums` as a table: [{restaurant, from, to, aspects}], of which each aspect is a row. */
export function SaveTable({ name, sums }) {
  const save = () => {
    const rows = sums.flatMap(({ restaurant, from, to, aspects }) => Object.entries(aspects).map(([aspect, polarities]) => {
      const counts = counted(polarities);
      return [restaurant, from, to, aspect, ...POLARITIES.map((polarity) => counts[polarity])];
    }));
    keep(new Blob([table([["restaurant", "from", "to", "aspect", ...POLARITIES], ...rows])], { type: "text/csv" }), `${name}.csv`);
  };
  return html`<button type="button" class="no-print" onClick=${save}>${t("as_csv")}</button>`;
}

// A restaurant's figures as files: a table for spreadsheets, the picture that is shown.
import { html } from "../vendor/html.js";
import { keep } from "../api.js";
import { counted, POLARITIES } from "../judgements.js";
import { t } from "../language.js";

/** RFC 4180, in UTF-8 with the mark by which spreadsheets know it. */
function table(rows) {
  const cell = (value) => (/[",\r\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : value);
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function Exports({ name, aspects, trend }) {
  const csv = () => {
    const rows = trend
      ? trend.periods.flatMap(({ from, aspects: each }) => lines(each).map((line) => [from, ...line]))
      : lines(aspects).map((line) => ["", ...line]);
    keep(new Blob([table([["from", "aspect", ...POLARITIES], ...rows])], { type: "text/csv" }), `${name}.csv`);
  };
  const png = () => {
    const canvas = document.querySelector(".uplot canvas");
    canvas?.toBlob((blob) => keep(blob, `${name}.png`));
  };
  return html`
    <span class="row no-print">
      <button type="button" onClick=${csv}>${t("as_csv")}</button>
      <button type="button" onClick=${png}>${t("as_png")}</button>
    </span>
  `;
}

const lines = (aspects) => Object.entries(aspects).map(([aspect, polarities]) => [aspect, ...POLARITIES.map((polarity) => counted(polarities)[polarity])]);

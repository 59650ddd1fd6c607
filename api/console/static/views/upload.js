// A file of reviews: read here in the browser, its columns named by the person, then sent as a batch.
import { html } from "../vendor/html.js";
import { useMemo, useRef, useState } from "../vendor/hooks.js";
import { call, post } from "../api.js";
import { number, t } from "../language.js";
import { at, go } from "../router.js";
import { unpacked } from "../packed_file.js";
import { MEMBERS } from "../file_names.js";
import { guessed, mapped, parsed } from "../table_file.js";
import { useBusy } from "../parts/busy.js";
import { ProblemNote } from "../parts/states.js";

const PREVIEW = 5;
const MOST_ODD = 10;
/** Characters that are shown of what may be a heading or stands above it. */
const MOST_SHOWN = 60;
/** `api.batches`: most reviews of one call, and of a file that is uploaded first. */
const MOST_LINES = 10_000;
const MOST_OF_FILE = 50_000;
const NDJSON = { "Content-Type": "application/x-ndjson" };

export function Upload() {
  const [file, setFile] = useState(null);
  const [problem, setProblem] = useState(null);
  // A large file takes a while to read: by then another one may have been chosen.
  const last = useRef(null);
  const before = useRef(null);
  // So that the same file, which somebody mended meanwhile, can be chosen again; whoever chooses none keeps the one before.
  const forget = ({ target }) => {
    // A list of its own: the field's is emptied.
    before.current = new DataTransfer();
    for (const file of target.files) before.current.items.add(file);
    target.value = "";
  };
  const restore = ({ target }) => {
    if (before.current) target.files = before.current.files;
  };
  const show = (found) => setFile((before) => ({ number: (before?.number ?? 0) + 1, ...found }));
  const choose = async (event) => {
    setProblem(null);
    const [picked] = event.target.files;
    if (!picked) return;
    last.current = picked;
    try {
      const bytes = await unpacked(picked);
      if (last.current !== picked) return;
      const found = parsed(bytes, picked.name);
      show({ bytes, name: picked.name, ...found });
    } catch (error) {
      if (last.current !== picked) return;
      setFile(null);
      setProblem(error);
    }
  };
  return html`
    <div class="head"><div><p class="crumb"><a href=${at("/batches")}>${t("nav_batches")}</a></p><h1>${t("upload_title")}</h1><p class="lead">${t("upload_lead")}</p></div></div>
    <div class="stack">
      <section class="card stack">
        <label class="field"><span>${t("file")}</span><input type="file" accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.gz,.zip,text/csv" onClick=${forget} onCancel=${restore} onChange=${choose} /></label>
        ${problem && html`<p class="problem" role="alert">${t(problem.message, problem)}</p>`}
      </section>
      ${file && html`<${Mapping} key=${file.number} file=${file} asLines=${() => show({ ...file, ...parsed(file.bytes, file.name, true), number: file.number + 1 })} />`}
    </div>
  `;
}

function Mapping({ file, asLines }) {
  // As `kritiq batch` says it of such a file.
  const noHeading = file.header.length === 1 && file.separator === "" && guessed(file.header).text === "";
  const [columns, setColumns] = useState(() => guessed(file.header));
  const [restaurant, setRestaurant] = useState("");
  const { busy, problem, run } = useBusy();
  const lines = useMemo(() => mapped(file, columns), [file, columns]);
  const useless = lines.filter(({ text }) => !text.trim()).length;
  const tooMany = lines.length > MOST_OF_FILE;

  const send = (event) => {
    event.preventDefault();
    run(async () => {
      const body = lines.map((line) => JSON.stringify(line)).join("\n");
      const defaults = restaurant ? { restaurant } : {};
      const batch = await (lines.length > MOST_LINES ? sentAsFile(body, defaults) : call("POST", "/v1/batches", { query: defaults, body, headers: NDJSON }));
      go(at(`/batches/${batch.id}`));
    });
  };

  return html`
    <form class="stack" onSubmit=${send}>
      <section class="card stack">
        <h2>${t("columns")}</h2>
        <p class="muted small">${t(file.plain ? "read_as_lines" : "read_as", { name: file.name, count: number(file.rows.length), encoding: file.encoding, separator: file.separator === "\t" ? "Tab" : file.separator || "–" })}</p>
        ${noHeading && html`<p class="notice">${t("no_heading", { name: shortened(file.header[0]) })} <button type="button" onClick=${asLines}>${t("each_line")}</button></p>`}
        <div class="fields">
          ${MEMBERS.map((member) => html`
            <label class="field"><span>${t(`member_${member}`)}</span>
              <select required=${member === "text"} onChange=${(event) => setColumns({ ...columns, [member]: event.target.value })}>
                <option value="">${t("no_column")}</option>
                ${file.header.map((name, index) => html`<option value=${String(index)} selected=${columns[member] === String(index)}>${name || t("column", { number: index + 1 })}</option>`)}
              </select>
            </label>
          `)}
          <label class="field"><span>${t("restaurant_of_all")}</span>
            <input value=${restaurant} pattern="[A-Za-z0-9._~\\-]{1,100}" title=${t("restaurant_form")} onInput=${(event) => setRestaurant(event.target.value)} />
          </label>
        </div>
      </section>
      <section class="card stack">
        <h2>${t("preview")}</h2>
        <div class="table" tabindex="0" role="region" aria-label=${t("preview")}>
          <table>
            <thead><tr>${MEMBERS.map((member) => html`<th scope="col">${t(`member_${member}`)}</th>`)}</tr></thead>
            <tbody>${lines.slice(0, PREVIEW).map((line) => html`<tr>${MEMBERS.map((member) => html`<td class=${member === "reviewed_at" ? "whole" : ""}>${line[member] ?? "–"}</td>`)}</tr>`)}</tbody>
          </table>
        </div>
        ${file.above && html`<p class="notice">${t("rows_above", { rows: shortened(file.above) })}</p>`}
        ${file.odd.length > 0 && html`<p class="notice">${t("odd_rows", { count: number(file.odd.length), rows: file.odd.slice(0, MOST_ODD).join(", ") + (file.odd.length > MOST_ODD ? " …" : "") })}</p>`}
        ${useless > 0 && html`<p class="notice">${t("rows_without_text", { count: number(useless) })}</p>`}
        ${tooMany && html`<p class="problem">${t("too_many_rows", { count: number(MOST_OF_FILE) })}</p>`}
        ${problem && html`<${ProblemNote} problem=${problem} />`}
        <div><button class="first" disabled=${columns.text === "" || tooMany || !lines.length} aria-disabled=${busy}>${busy ? t("sending") : t("send_rows", { count: number(lines.length) })}</button></div>
      </section>
    </form>
  `;
}

const shortened = (text) => text.slice(0, MOST_SHOWN) + (text.length > MOST_SHOWN ? " …" : "");

/** A batch of more reviews than one call takes: of a file that is uploaded for it, and not kept when that fails. */
async function sentAsFile(body, defaults) {
  const { id } = await call("POST", "/v1/files", { query: { filename: "console.jsonl" }, body, headers: NDJSON });
  try {
    return await post("/v1/batches", { ...defaults, input_file_id: id });
  } catch (problem) {
    await call("DELETE", `/v1/files/${id}`).catch(() => {});
    throw problem;
  }
}

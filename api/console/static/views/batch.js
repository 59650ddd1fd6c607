// One batch: how far it is, its lines, its results as files.
import { html } from "../vendor/html.js";
import { call, download, get } from "../api.js";
import { useFollowed } from "../followed.js";
import { moment, named, number, t } from "../language.js";
import { at, go } from "../router.js";
import { Correctable } from "../parts/correction.js";
import { Ask, Do } from "../parts/dialog.js";
import { List } from "../parts/list.js";
import { StatusPill, SurenessKey } from "../parts/pill.js";
import { Reasons } from "../parts/reasons.js";
import { Overall, Sentences } from "../parts/review.js";
import { Nothing, ProblemNote, Shown } from "../parts/states.js";
import { useList, useResource } from "../resource.js";
import { may } from "../session.js";

const COUNTS = ["succeeded", "waiting", "failed", "canceled", "expired", "skipped"];
const FORMS = [["CSV", "csv", "text/csv"], ["JSON Lines", "jsonl", "application/x-ndjson"], ["Parquet", "parquet", "application/vnd.apache.parquet"]];

export function Batch({ id, query, caller }) {
  const path = `/v1/batches/${id}`;
  const resource = useFollowed(path, "batch");
  return html`
    <div class="head"><div><p class="crumb"><a href=${at("/batches")}>${t("nav_batches")}</a></p><h1 class="mono">${id}</h1></div></div>
    <${Shown} resource=${resource}>
      ${(batch) => html`<${Details} batch=${batch} path=${path} status=${query.get("status") ?? ""} reload=${resource.reload} caller=${caller} />`}
    <//>
  `;
}

function Details({ batch, path, status, reload, caller }) {
  const { counts } = batch;
  const done = counts.total - counts.waiting;
  const list = useList(
    async (token, signal) => {
      const page = await get(`${path}/lines`, { status, page_size: 25, page_token: token }, signal);
      return { items: page.lines.map((line) => ({ ...line, id: line.line })), next: page.next_page_token };
    },
    // Once more when it has ended: nothing asks again after that.
    [path, status, Boolean(batch.finished_at)],
    { everyMs: batch.finished_at ? 0 : 3000, told: ["batches"] },
  );
  // The archive has no feedback.
  const told = useResource((signal) => (may(caller, "jobs:read") && !batch.archived ? feedbackOn(batch.id, signal) : null), [batch.id]);
  const cancel = async () => {
    await call("POST", `${path}/cancel`);
    reload();
  };
  const retry = async () => {
    const again = await call("POST", `${path}/retry`);
    go(at(`/batches/${again.id}`));
  };
  const remove = async () => {
    await call("DELETE", path);
    go(at("/batches"));
  };
  const columns = [
    { title: t("line"), number: true, cell: (line) => number(line.line) },
    { title: t("custom_id"), cell: (line) => html`<span class="mono chosen">${line.custom_id ?? "–"}</span>` },
    { title: t("status"), cell: (line) => html`<${StatusPill} status=${line.status} />` },
    { title: t("restaurant"), cell: (line) => html`<span class="chosen">${line.restaurant ?? "–"}</span>` },
    { title: t("result"), cell: (line) => html`<${LineResult} line=${line} path=${path} before=${told.data?.get(line.line)} caller=${batch.archived ? null : caller} />` },
  ];
  return html`
    <div class="stack">
      <section class="card stack">
        <div class="spread">
          <span class="row"><${StatusPill} status=${batch.status} /><span>${t("lines_done", { done: number(done), count: number(counts.total) })}</span></span>
          <span class="row">
            ${!batch.finished_at && html`<${Do} label=${t("cancel_job")} act=${cancel} disabled=${batch.cancel_requested} />`}
            ${batch.finished_at && !batch.archived && counts.failed + counts.canceled + counts.expired > 0 && html`<${Do} label=${t("retry_lines")} act=${retry} />`}
            ${batch.finished_at && html`<${Ask} label=${t("delete")} title=${t("delete_batch")} text=${t("delete_batch_text")} act=${remove} />`}
          </span>
        </div>
        <progress max=${counts.total} value=${done} aria-label=${t("progress")}></progress>
        <dl class="figures">
          ${COUNTS.map((name) => html`<div><dt>${named("status", name)}</dt><dd>${number(counts[name])}</dd></div>`)}
        </dl>
        <dl class="facts small">
          <dt>${t("restaurant")}</dt><dd>${batch.restaurant ?? "–"}</dd>
          ${batch.retry_of && html`<dt>${t("retry_of")}</dt><dd><a class="mono" href=${at(`/batches/${batch.retry_of}`)}>${batch.retry_of}</a></dd>`}
          <dt>${t("created")}</dt><dd>${moment(batch.created_at)}</dd>
          <dt>${t("finished")}</dt><dd>${moment(batch.finished_at)}</dd>
          <dt>${t("kept_until")}</dt><dd>${moment(batch.expires_at)}</dd>
        </dl>
        ${batch.archived ? html`<p class="small muted">${t("batch_archived")}</p>` : html`<div class="row">
          <span class="muted">${t("download")}</span>
          ${FORMS.map(([name, ending, media]) => html`<${Do} label=${name} act=${() => download(`${path}/results?follow=false`, `${batch.id}.${ending}`, media)} />`)}
        </div>`}
      </section>
      <section class="card stack">
        <div class="spread"><h2>${t("lines")}</h2>
          <label class="choice small"><span>${t("status")}</span>
            <select onChange=${(event) => go(at(`/batches/${batch.id}`, { status: event.target.value }), { replace: true })}>
              <option value="">${t("every")}</option>
              ${COUNTS.map((name) => html`<option value=${name} selected=${name === status}>${named("status", name)}</option>`)}
            </select>
          </label>
        </div>
        ${told.problem && html`<${ProblemNote} problem=${told.problem} retry=${told.reload} />`}
        <${List} label=${t("lines")} list=${list} columns=${columns} empty=${html`<${Nothing} title=${t("no_lines")} />`} />
        <${SurenessKey} />
      </section>
    </div>
  `;
}

/** Most pages of feedback on a batch that are read; what is behind them is there, and shown once more is said of its line. */
const MOST_PAGES = 10;

/** What was said of the batch's lines, by their numbers. */
async function feedbackOn(batch, signal) {
  const found = new Map();
  let token = null;
  for (let pages = 0; pages === 0 || (token && pages < MOST_PAGES); pages += 1) {
    const page = await get("/v1/feedback", { batch, page_size: 100, page_token: token }, signal);
    for (const { line, corrections } of page.feedback) found.set(line, corrections);
    token = page.next_page_token;
  }
  return found;
}

/** Without a `caller` nothing can be said of it. */
function LineResult({ line, path, before, caller }) {
  const sentences = () => (caller
    ? html`<${Correctable} path=${`${path}/lines/${line.line}/feedback`} judged=${line} before=${before} caller=${caller} />`
    : html`<${Sentences} sentences=${line.result.sentences} />`);
  return html`
    ${line.error && html`<div class="small">${named("error", line.error.code)} <span class="muted" lang="en">${line.error.message}</span></div>`}
    ${line.warnings.map((words, at) => html`<div class="small muted"><${Reasons} codes=${[line.warning_codes?.[at]].filter(Boolean)} words=${words} /></div>`)}
    ${line.result && html`<${Overall} result=${line.result} />${sentences()}`}
  `;
}

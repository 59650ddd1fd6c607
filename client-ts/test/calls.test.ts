// What each call asks for, and what it makes of the answers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Kritiq, TransportError } from "../src/index.js";
import { all, broken, cut, JOB, json, problem, scripted } from "./scripted.js";

const gone = () => new Response(null, { status: 204 });
const where = (request: Request) => `${request.method} ${request.url.replace("http://kritiq.test", "")}`;
/** The only request of a call that is answered with `answer`, and its body. */
async function asked(call: (kritiq: Kritiq) => Promise<unknown> | AsyncIterable<unknown>, answer = json({ id: "x" })) {
  const { kritiq, sent } = scripted([answer]);
  const found = call(kritiq);
  await ("then" in found ? found : all(found));
  assert.equal(sent.length, 1);
  const body = await sent[0]!.text();
  return [where(sent[0]!), ...(body ? [body.startsWith("{") ? (JSON.parse(body) as unknown) : body] : [])];
}

test("a list is read page by page, no further than somebody reads", async () => {
  const page = (next: string | null) => json({ jobs: [JOB], next_page_token: next });
  const { kritiq, sent } = scripted([page("a"), page("b"), page(null)]);
  const jobs = kritiq.jobs({ status: "failed", restaurant: "adler" });
  await jobs.next();
  await jobs.next();
  assert.deepEqual(sent.map(where), [
    "GET /v1/jobs?status=failed&restaurant=adler&page_size=100",
    "GET /v1/jobs?status=failed&restaurant=adler&page_size=100&page_token=a",
  ]);
  assert.equal((await all(jobs)).length, 1);
  assert.deepEqual(await asked((kritiq) => kritiq.batches({ page_size: 5 }), json({ batches: [], next_page_token: null })), [
    "GET /v1/batches?page_size=5",
  ]);
});

test("every list is at its address", async () => {
  const none = (name: string) => json({ [name]: [], next_page_token: null });
  const lists: [(kritiq: Kritiq) => AsyncIterable<unknown>, string, string][] = [
    [(kritiq) => kritiq.batchLines("b 1", { status: "failed" }), "lines", "batches/b%201/lines?status=failed&"],
    [(kritiq) => kritiq.feedback({ batch: "b" }), "feedback", "feedback?batch=b&"],
    [(kritiq) => kritiq.feedback({ batch: { id: "b" } }), "feedback", "feedback?batch=b&"],
    [(kritiq) => kritiq.deliveries({ endpoint: { id: "ep_1" }, job: { id: "job_1" } }), "deliveries", "deliveries?endpoint=ep_1&job=job_1&"],
    [(kritiq) => kritiq.files(), "files", "files?"],
    [(kritiq) => kritiq.deliveries({ endpoint: "ep_1" }), "deliveries", "deliveries?endpoint=ep_1&"],
    [(kritiq) => kritiq.webhookLinks(), "links", "webhook-links?"],
    [(kritiq) => kritiq.erasures(), "erasures", "erasures?"],
    [(kritiq) => kritiq.retrainings(), "retrainings", "retrainings?"],
    [(kritiq) => kritiq.restaurants(), "restaurants", "restaurants?"],
    [(kritiq) => kritiq.restaurantReviews("a", { from: "2026-11-01" }), "reviews", "restaurants/a/reviews?from=2026-11-01&"],
  ];
  for (const [list, member, address] of lists) {
    assert.deepEqual(await asked(list, none(member)), [`GET /v1/${address}page_size=100`]);
  }
});

test("what is done with jobs and batches is asked for at their addresses", async () => {
  assert.deepEqual(await asked((kritiq) => kritiq.put("mine", "Gut.")), ["PUT /v1/jobs/mine", { text: "Gut." }]);
  assert.deepEqual(await asked((kritiq) => kritiq.cancel(JOB)), ["POST /v1/jobs/job_1/cancel"]);
  assert.deepEqual(await asked((kritiq) => kritiq.cancelBatch("b")), ["POST /v1/batches/b/cancel"]);
  assert.deepEqual(await asked((kritiq) => kritiq.delete(JOB), gone), ["DELETE /v1/jobs/job_1"]);
  assert.deepEqual(await asked((kritiq) => kritiq.deleteBatch("b"), gone), ["DELETE /v1/batches/b"]);
  const again = [(kritiq: Kritiq) => kritiq.retry(JOB), (kritiq: Kritiq) => kritiq.retryBatch("b")];
  for (const call of again) {
    const { kritiq, sent } = scripted([broken, json(JOB, 202)]);
    await call(kritiq);
    const keys = sent.map((request) => request.headers.get("idempotency-key"));
    assert.ok(keys[0]);
    assert.deepEqual(keys, [keys[0], keys[0]]);
  }
});

test("a job under an id of one's own is waited for, and looked at where too many wait", async () => {
  const { kritiq, sent } = scripted([problem(503, "too-many-waiting"), json(JOB, 202)]);
  assert.equal((await kritiq.put("mine", { text: "Gut." }, { wait: 12.5 })).id, "job_1");
  assert.deepEqual(sent.map((request) => request.headers.get("prefer")), ["wait=12", null]);
});

test("a deletion whose answer was lost has worked; what was gone before is an error", async () => {
  const lost = scripted([broken, problem(410, "gone")]);
  await lost.kritiq.delete("job_1");
  assert.deepEqual(lost.sent.map(where), ["DELETE /v1/jobs/job_1", "DELETE /v1/jobs/job_1"]);
  await assert.rejects(scripted([problem(410, "gone")]).kritiq.delete("job_1"), { status: 410 });
  await assert.rejects(scripted([broken, problem(404, "not-found")]).kritiq.delete("job_1"), { status: 404 });
});

test("feedback is given, read and taken back, of jobs and of lines of batches", async () => {
  const correction = { sentence: 0, aspect: "food", polarity: "negative", by: "anna" };
  const [job, line] = ["/v1/jobs/job_1/feedback", "/v1/batches/b/lines/7/feedback"];
  assert.deepEqual(await asked((kritiq) => kritiq.giveFeedback(JOB, correction)), [`POST ${job}`, correction]);
  assert.deepEqual(await asked((kritiq) => kritiq.giveLineFeedback("b", 7, correction)), [`POST ${line}`, correction]);
  assert.deepEqual(await asked((kritiq) => kritiq.getFeedback("job_1")), [`GET ${job}`]);
  assert.deepEqual(await asked((kritiq) => kritiq.getLineFeedback("b", 7)), [`GET ${line}`]);
  assert.deepEqual(await asked((kritiq) => kritiq.deleteFeedback("job_1"), gone), [`DELETE ${job}`]);
  const of = { sentence: 0, aspect: "food" };
  const one = await asked((kritiq) => kritiq.deleteFeedback("job_1", of), gone);
  assert.deepEqual(one, [`DELETE ${job}?sentence=0&aspect=food`]);
  const oneOfLine = await asked((kritiq) => kritiq.deleteLineFeedback("b", 7, of), gone);
  assert.deepEqual(oneOfLine, [`DELETE ${line}?sentence=0&aspect=food`]);
  const queued = [{ job_id: "job_1", sentence: 0, text: "Gut." }];
  const { kritiq, sent } = scripted([json({ sentences: queued })]);
  assert.deepEqual(await kritiq.feedbackQueue({ restaurant: "adler", count: 1 }), queued);
  assert.equal(where(sent[0]!), "GET /v1/feedback/queue?restaurant=adler&count=1");
  const examples = [{ text: "Gut.", aspects: { food: "positive" } }, { text: "Laut.", aspects: {} }];
  const lines = examples.map((each) => `${JSON.stringify(each)}\n`).join("");
  const kept = scripted([() => new Response(lines, { headers: { "content-type": "application/x-ndjson" } })]);
  assert.deepEqual(await all(kept.kritiq.feedbackExamples({ restaurant: "adler" })), examples);
  assert.equal(where(kept.sent[0]!), "GET /v1/feedback/examples?restaurant=adler");
  const short = scripted([cut(lines, "application/x-ndjson")]);
  await assert.rejects(all(short.kritiq.feedbackExamples()), TransportError);
  await assert.rejects(scripted([problem(409, "nothing-judged")]).kritiq.giveFeedback("job_1", correction), { status: 409 });
});

test("a model is loaded, and looked at until all workers are through", async () => {
  const running = { id: "operation_1", status: "running", workers: [] };
  const { kritiq, sent, slept } = scripted([json(running, 202), json(running), json({ ...running, status: "refused" })]);
  const found = await kritiq.waitOperation(await kritiq.loadModel("kritiq-small/1"));
  assert.equal(found.status, "refused");
  assert.deepEqual(slept, [1]);
  assert.equal(where(sent[0]!), "POST /v1/models/kritiq-small/load");
  assert.deepEqual(await sent[0]!.json(), { force: false, version: "1" });
  const unloaded = await asked((kritiq) => kritiq.unloadModel("kritiq-small", { force: true }));
  assert.deepEqual(unloaded, ["POST /v1/models/kritiq-small/unload", { force: true }]);
  await assert.rejects(scripted([problem(409, "model-in-use")]).kritiq.unloadModel("m/1"), { code: "model-in-use" });
  const slow = scripted([json(running)]);
  assert.equal((await slow.kritiq.waitOperation("operation_1", { timeout: 1.5 })).status, "running");
  assert.deepEqual(slow.slept, [1, 0.5]);
});

test("a retraining is heard as it gets on", async () => {
  const told = ["queued", "running", "refused"].map((status) => ({ id: "retrain_1", status }));
  const stream = () =>
    new Response(told.map((each, n) => `id: ${n}\nevent: retraining\ndata: ${JSON.stringify(each)}\n\n`).join(""));
  const { kritiq } = scripted([stream]);
  assert.deepEqual((await all(kritiq.retrainingEvents("retrain_1"))).map(({ status }) => status), told.map(({ status }) => status));
  await assert.rejects(all(scripted([problem(404, "not-found")]).kritiq.retrainingEvents("r")), { status: 404 });
});

test("of too many reviews nothing is sent", async () => {
  const { kritiq, sent } = scripted([json({ id: "batch_1" }, 202)]);
  const wrong = { status: 422, errors: [{ pointer: "#/reviews", detail: "should have 1 to 10000 reviews, has 10001" }] };
  await assert.rejects(kritiq.submitBatch(Array<string>(10_001).fill("Gut.")), wrong);
  assert.equal(sent.length, 0);
});

test("a file goes out as it is, becomes a batch, and is read as it comes", async () => {
  const rows = '{"text": "Gut."}\n';
  for (const content of [rows, new TextEncoder().encode(rows), new Blob([rows])]) {
    const { kritiq, sent } = scripted([json({ id: "file_1" }, 201)]);
    await kritiq.uploadFile(content, { filename: "a.jsonl", ttl: 60 });
    assert.equal(where(sent[0]!), "POST /v1/files?filename=a.jsonl&ttl_s=60");
    assert.equal(sent[0]!.headers.get("content-type"), "application/x-ndjson");
    assert.equal(await sent[0]!.text(), rows);
  }
  const batch = await asked((kritiq) => kritiq.submitBatchFile("file_1", { restaurant: "adler", idempotencyKey: "k" }));
  assert.deepEqual(batch, ["POST /v1/batches", { restaurant: "adler", input_file_id: "file_1" }]);
  const { kritiq, sent } = scripted([() => new Response(rows, { headers: { "content-type": "application/x-ndjson" } })]);
  assert.equal(await new Response(await kritiq.fileContent("file_1")).text(), rows);
  assert.deepEqual(sent.map(where), ["GET /v1/files/file_1/content"]);
  assert.deepEqual(await asked((kritiq) => kritiq.getFile("file_1")), ["GET /v1/files/file_1"]);
  assert.deepEqual(await asked((kritiq) => kritiq.deleteFile("file_1"), gone), ["DELETE /v1/files/file_1"]);
});

test("an export that is not whole is never taken for one that is", async () => {
  const lines = (...rows: object[]) => () => new Response(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const whole = scripted([lines({ job_id: "job_1", text: "Gut." }, { complete: true, reviews: 1 })]);
  assert.deepEqual(await all(whole.kritiq.export({ external_author: "guest-7" })), [{ job_id: "job_1", text: "Gut." }]);
  assert.deepEqual(await whole.sent[0]!.json(), { external_author: "guest-7" });
  const short = [lines({ job_id: "job_1" }), lines({ complete: false, reviews: 0 }), cut("", "application/x-ndjson")];
  for (const answer of short) {
    await assert.rejects(all(scripted([answer]).kritiq.export({ everything: true })), TransportError);
  }
});

test("endpoints and deliveries are looked after", async () => {
  const at = "/v1/endpoints/ep_1";
  const made = { url: "https://example.com/hook", events: ["job.succeeded" as const] };
  assert.deepEqual(await asked((kritiq) => kritiq.addEndpoint(made)), ["POST /v1/endpoints", made]);
  assert.deepEqual(await asked((kritiq) => kritiq.getEndpoint("ep_1")), [`GET ${at}`]);
  assert.deepEqual(await asked((kritiq) => kritiq.changeEndpoint("ep_1", { enabled: false })), [`PATCH ${at}`, { enabled: false }]);
  assert.deepEqual(await asked((kritiq) => kritiq.enableEndpoint("ep_1")), [`POST ${at}/enable`]);
  assert.deepEqual(await asked((kritiq) => kritiq.pingEndpoint("ep_1")), [`POST ${at}/ping`]);
  assert.deepEqual(await asked((kritiq) => kritiq.rotateEndpoint("ep_1", { grace: 60 })), [`POST ${at}/rotate`, { grace_seconds: 60 }]);
  assert.deepEqual(await asked((kritiq) => kritiq.deleteEndpoint("ep_1"), gone), [`DELETE ${at}`]);
  const { kritiq, sent } = scripted([json({ recovered: 3 }), json({ secret: "whsec_a" }), json({ endpoints: [{ id: "ep_1" }] })]);
  assert.equal(await kritiq.recoverEndpoint("ep_1", { since: "2026-11-01T00:00:00Z" }), 3);
  assert.equal(await kritiq.rotateWebhookSecret(), "whsec_a");
  assert.equal((await kritiq.endpoints())[0]?.id, "ep_1");
  assert.deepEqual(sent.map(where), [`POST ${at}/recover`, "POST /v1/webhook-secret", "GET /v1/endpoints"]);
  assert.deepEqual(await asked((kritiq) => kritiq.getDelivery("d")), ["GET /v1/deliveries/d"]);
  assert.deepEqual(await asked((kritiq) => kritiq.replayDelivery("d")), ["POST /v1/deliveries/d/replay"]);
});

test("links and keys are made, looked at and revoked", async () => {
  const options = { restaurants: ["adler"], frame_origins: ["https://portal.example.com"] };
  assert.deepEqual(await asked((kritiq) => kritiq.makeWebhookLink(options)), ["POST /v1/webhook-links", options]);
  assert.deepEqual(await asked((kritiq) => kritiq.getWebhookLink("l")), ["GET /v1/webhook-links/l"]);
  assert.deepEqual(await asked((kritiq) => kritiq.revokeWebhookLink("l"), gone), ["DELETE /v1/webhook-links/l"]);
  const wanted = { scopes: ["jobs:read" as const], name: "portal" };
  assert.deepEqual(await asked((kritiq) => kritiq.makeKey(wanted)), ["POST /v1/keys", wanted]);
  assert.deepEqual(await asked((kritiq) => kritiq.getKey("k")), ["GET /v1/keys/k"]);
  assert.deepEqual(await asked((kritiq) => kritiq.rotateKey("k", { grace: 60 })), ["POST /v1/keys/k/rotate", { grace_seconds: 60 }]);
  assert.deepEqual(await asked((kritiq) => kritiq.revokeKey("k"), gone), ["DELETE /v1/keys/k"]);
  assert.equal((await scripted([json({ keys: [{ id: "k" }] })]).kritiq.keys())[0]?.id, "k");
  const lost = scripted([broken]);
  await assert.rejects(lost.kritiq.makeKey(wanted), TransportError);
  assert.equal(lost.sent.length, 1);
});

test("restaurants are summed up, and what waits and what was used is told", async () => {
  const days = { from: "2026-11-01", to: "2026-11-30" };
  const [a, query] = ["/v1/restaurants/a%2Fb", "from=2026-11-01&to=2026-11-30"];
  assert.deepEqual(await asked((kritiq) => kritiq.summary("a/b", days)), [`GET ${a}/summary?${query}`]);
  assert.deepEqual(await asked((kritiq) => kritiq.trend("a/b", { ...days, by: "week" })), [`GET ${a}/trend?${query}&by=week`]);
  assert.deepEqual(await asked((kritiq) => kritiq.queue()), ["GET /v1/queue"]);
  assert.deepEqual(await asked((kritiq) => kritiq.usage()), ["GET /v1/usage"]);
  assert.deepEqual(await asked((kritiq) => kritiq.usage("2026-11")), ["GET /v1/usage?month=2026-11"]);
});

test("the README names every call", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const calls = Object.getOwnPropertyNames(Kritiq.prototype).filter((name) => name !== "constructor");
  assert.ok(calls.length > 70);
  assert.deepEqual(calls.filter((name) => !new RegExp(`\`${name}[\`(]`).test(readme)), []);
});

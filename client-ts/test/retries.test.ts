import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { ApiError, Kritiq, TransportError } from "../src/index.js";
import { POSTS } from "../src/repeats.js";
import { all, broken, cut, events, JOB, json, page, problem, scripted } from "./scripted.js";

test("a submission goes out again under the same key, as late as the service says", async () => {
  const { kritiq, sent, slept } = scripted([broken, problem(503, "unavailable", { "Retry-After": "2" }), json(JOB, 202)]);
  assert.equal((await kritiq.submit("Gut.")).id, "job_1");
  assert.deepEqual(slept, [0.125, 2]);
  assert.equal(new Set(sent.map((request) => request.headers.get("idempotency-key"))).size, 1);
  assert.deepEqual(await sent[2]?.json(), { text: "Gut." });
});

test("an erasure is looked at again until it has ended, or the time is over", async () => {
  const running = { id: "erasure_1", status: "running", finished_at: null };
  const ended = { ...running, status: "succeeded", finished_at: "2026-11-29T10:00:02Z" };
  const { kritiq, sent, slept } = scripted([json(running, 202), json(running), json(ended)]);
  const asked = await kritiq.erase({ external_author: "guest-7" });
  assert.equal((await kritiq.waitErasure(asked)).status, "succeeded");
  assert.deepEqual(await sent[0]?.json(), { external_author: "guest-7" });
  assert.deepEqual(slept, [1]);
  const slow = scripted([json(running)]);
  assert.equal((await slow.kritiq.waitErasure("erasure_1", { timeout: 2.5 })).status, "running");
  assert.deepEqual(slow.slept, [1, 1, 0.5]);
});

test("a retraining is asked for, and looked at again until it has ended", async () => {
  const running = { id: "retrain_1", status: "running" };
  const { kritiq, sent, slept } = scripted([json(running, 202), json(running), json({ ...running, status: "refused" })]);
  const asked = await kritiq.retrain("production", { tenants: ["acme"], rollout: { steps: [50] } });
  assert.equal((await kritiq.waitRetraining(asked)).status, "refused");
  assert.deepEqual(await sent[0]?.json(), { model: "production", tenants: ["acme"], rollout: { steps: [50] } });
  assert.deepEqual(slept, [2]);
  const late = scripted([problem(409, "not-cancelable")]);
  await assert.rejects(late.kritiq.cancelRetraining("retrain_1"), { code: "not-cancelable" });
});

test("what could be done twice is sent again only when nothing was done", async () => {
  const ping = { params: { path: { endpoint_id: "ep_1" } } };
  const lost = scripted([broken]);
  await assert.rejects(lost.kritiq.api.POST("/v1/endpoints/{endpoint_id}/ping", ping), TransportError);
  assert.equal(lost.sent.length, 1);
  const limited = scripted([problem(429, "rate-limited"), json({}, 202)]);
  assert.equal((await limited.kritiq.api.POST("/v1/endpoints/{endpoint_id}/ping", ping)).response.status, 202);
});

test("each POST is sent again, or not, as it says, also without a call of its own", async () => {
  for (const [path, kind] of Object.entries(POSTS)) {
    const { kritiq, sent } = scripted([broken, json({}, 200)]);
    const there = path.replace(/\{line\}/, "1").replace(/\{\w+\}/g, "a-b_1");
    const call = kritiq.api.POST(there as "/v1/jobs", { body: { text: "Gut." } });
    if (kind === "once") await assert.rejects(call, TransportError, path);
    else assert.equal((await call).response.status, 200, path);
    assert.equal(sent.length, kind === "once" ? 1 : 2, path);
    const keys = new Set(sent.map((request) => request.headers.get("idempotency-key")));
    assert.deepEqual([keys.size, keys.has(null)], [1, kind !== "key"], path);
  }
  const unknown = scripted([broken]);
  await assert.rejects(unknown.kritiq.api.POST("/v1/jobs/a/b/c" as "/v1/jobs", { body: { text: "Gut." } }), TransportError);
  assert.equal(unknown.sent.length, 1);
  const below = scripted([broken, json(JOB, 202)], "http://kritiq.test/behind/a/proxy");
  assert.equal((await below.kritiq.cancel("job_1")).id, "job_1");
});

test("an alias that an earlier try has moved is moved, and one that somebody else has moved is not", async () => {
  const alias = { alias: "candidate", revision: 3, versions: { "a/2": 100 }, shadow: null, rollout: null };
  const after = (found: object) => scripted([broken, problem(409, "alias-moved"), json({ models: [], aliases: [found] })]);
  const ours = after(alias);
  assert.equal((await ours.kritiq.moveAlias("candidate", "a/2", { revision: 2 })).revision, 3);
  assert.deepEqual(ours.sent.map((request) => request.method), ["POST", "POST", "GET"]);
  assert.equal((await after(alias).kritiq.moveAlias("candidate", "a/2", { revision: 0 })).revision, 3);
  const rolled = after({ ...alias, rollout: { candidate: "a/3" } });
  assert.equal((await rolled.kritiq.rollOut("candidate", "a/3", { revision: 2 })).revision, 3);
  for (const other of [{ ...alias, revision: 4 }, { ...alias, versions: { "a/1": 100 } }, { ...alias, shadow: "a/1" }]) {
    const theirs = after(other).kritiq.moveAlias("candidate", "a/2", { revision: 2 });
    await assert.rejects(theirs, { code: "alias-moved" });
  }
  const heard = scripted([problem(409, "alias-moved")]);
  await assert.rejects(heard.kritiq.moveAlias("candidate", "a/2", { revision: 2 }), { code: "alias-moved" });
  assert.equal(heard.sent.length, 1);
});

test("a request for a long wait, and one that fails again and again, ends with the service's problem", async () => {
  const long = scripted([problem(429, "day-full", { "Retry-After": "3600" })]);
  await assert.rejects(long.kritiq.get("job_1"), { code: "day-full", retryAfter: 3600 });
  assert.equal(long.sent.length, 1);
  const down = scripted([problem(503, "unavailable")]);
  await assert.rejects(down.kritiq.get("job_1"), ApiError);
  assert.equal(down.sent.length, 6);
});

test("where too many wait, in all or of one organisation, the job is looked at instead", async () => {
  for (const crowded of [problem(503, "too-many-waiting"), problem(429, "too-many-of-yours-waiting")]) {
    const { kritiq, sent } = scripted([crowded, json({ ...JOB, status: "succeeded" })]);
    assert.equal((await kritiq.wait("job_1")).status, "succeeded");
    assert.deepEqual(sent.map((request) => new URL(request.url).search), ["?wait=30", ""]);
  }
});

test("a stream that breaks off goes on behind the last event", async () => {
  const { kritiq, sent } = scripted([events(JOB), broken, events({ ...JOB, version: 2, status: "succeeded" })]);
  assert.deepEqual((await all(kritiq.events("job_1"))).map((job) => job.status), ["queued", "succeeded"]);
  assert.deepEqual(sent.map((request) => request.headers.get("last-event-id")), [null, "1", "1"]);
});

test("no line of a batch comes twice, whatever the service begins with", async () => {
  const lines = (...numbers: number[]) => () => new Response(numbers.map((line) => `${JSON.stringify({ line })}\n\n`).join(""));
  const { kritiq } = scripted([json({ id: "b", counts: { total: 3 } }), lines(1, 2), lines(2, 3)]);
  assert.deepEqual((await all(kritiq.batchResults("b"))).map((line) => line.line), [1, 2, 3]);
});

test("what was given up is not sent, nor sent again", async () => {
  const reason = new Error("enough");
  const before = scripted([json({})]);
  const aborted = before.kritiq.api.GET("/v1/models", { signal: AbortSignal.abort(reason) });
  await assert.rejects(aborted, (error) => error === reason);
  assert.equal(before.sent.length, 0);
  const stop = new AbortController();
  const after = scripted([() => (stop.abort(reason), problem(503, "unavailable")())]);
  await assert.rejects(after.kritiq.api.GET("/v1/models", { signal: stop.signal }), (error) => error === reason);
  assert.equal(after.sent.length, 1);
});

test("an answer that breaks off is asked for again, and makes no second job", async () => {
  const { kritiq, sent } = scripted([cut('{"id": "jo'), json(JOB, 202)]);
  assert.equal((await kritiq.submit("Gut.")).id, "job_1");
  assert.equal(new Set(sent.map((request) => request.headers.get("idempotency-key"))).size, 1);
  const down = scripted([cut('{"id": "jo')]);
  await assert.rejects(down.kritiq.get("job_1"), (error) => {
    assert.ok(error instanceof TransportError);
    assert.deepEqual(error.cause, new TypeError("terminated"));
    return true;
  });
  assert.equal(down.sent.length, 6);
  const ping = scripted([cut("{")]);
  const path = { endpoint_id: "ep_1" };
  await assert.rejects(ping.kritiq.api.POST("/v1/endpoints/{endpoint_id}/ping", { params: { path } }), TransportError);
  assert.equal(ping.sent.length, 1);
  const proxy = scripted([cut("<html>", "text/html", undefined, 503), json(JOB)]);
  assert.equal((await proxy.kritiq.wait("job_1", { timeout: 0 }).catch((error) => error)).jobId, "job_1");
  const busy = scripted([cut("<html>", "text/html", undefined, 503), json({ models: [] })]);
  assert.equal((await busy.kritiq.api.GET("/v1/models")).response.status, 200);
});

test("a table that breaks off is an error of ours; one that is given up ends with the reason", async () => {
  const reason = new Error("enough");
  const stop = new AbortController();
  const table = (last?: () => void) =>
    scripted([cut("line,status\n", "text/csv", last)]).kritiq.api.GET("/v1/batches/{batch_id}/results", {
      params: { path: { batch_id: "b" } },
      parseAs: "text",
      signal: stop.signal,
    });
  await assert.rejects(table(), TransportError);
  await assert.rejects(table(() => stop.abort(reason)), (error) => error === reason);
});

test("what Kritiq cannot have said is an error of ours", async () => {
  for (const answer of [page, json(null), () => new Response(""), cut("<html>", "text/html")]) {
    await assert.rejects(scripted([answer]).kritiq.get("job_1"), TransportError);
    await assert.rejects(all(scripted([answer]).kritiq.events("job_1")), TransportError);
    await assert.rejects(all(scripted([json({ id: "b", counts: { total: 3 } }), answer]).kritiq.batchResults("b")), TransportError);
  }
  await assert.rejects(scripted([page]).kritiq.api.GET("/v1/models"), TransportError);
  const proxy = scripted([() => new Response("Not today.", { status: 403 })]);
  await assert.rejects(proxy.kritiq.get("job_1"), { status: 403, code: "http-403", detail: "Not today." });
  await assert.rejects(scripted([() => new Response(null, { status: 304 })]).kritiq.get("job_1"), { status: 304 });
});

test("a redirect is followed nowhere, which would make a GET of a submission", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(request.method === "POST" ? 301 : 200, { Location: "/elsewhere", "Content-Type": "application/json" });
    response.end(JSON.stringify(JOB));
  }).listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
    const kritiq = new Kritiq(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await assert.rejects(kritiq.submit("Gut."), (error) => error instanceof ApiError && error.status === 301);
    assert.deepEqual(asked, ["POST /v1/jobs"]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("a stream that breaks off again and again without news ends with an error of ours", async () => {
  const { kritiq, sent } = scripted([events(JOB), cut(": beat\n\n", "text/event-stream")]);
  const seen: string[] = [];
  const read = async () => {
    for await (const job of kritiq.events("job_1")) seen.push(job.status);
  };
  await assert.rejects(read(), (error) => error instanceof TransportError && error.cause instanceof TypeError);
  assert.deepEqual([seen, sent.length], [["queued"], 6]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Kritiq, TransportError, type Job } from "../src/index.js";

const JOB = { id: "job_1", version: 1, status: "queued", result: null } as unknown as Job;

/** A client whose service answers with `answers`, one after the other; time passes in `slept` alone. */
function scripted(answers: (() => Response)[]) {
  const [sent, slept] = [[] as Request[], [] as number[]];
  const outside = {
    fetch: async (request: Request) => {
      sent.push(request);
      return (answers.length > 1 ? answers.shift()! : answers[0]!)();
    },
    clock: () => slept.reduce((sum, seconds) => sum + seconds, 0),
    sleep: async (seconds: number) => void slept.push(seconds),
    chance: () => 0,
  };
  return { kritiq: new Kritiq("http://kritiq.test/", { outside }), sent, slept };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => () => Response.json(body, { status, headers });
const problem = (status: number, code: string, headers = {}) => json({ code, detail: "…", status }, status, headers);
const broken = () => {
  throw new TypeError("fetch failed");
};
const events = (...jobs: object[]) => () =>
  new Response(jobs.map((job, n) => `id: ${n + 1}\nevent: job\ndata: ${JSON.stringify(job)}\n\n`).join("") + ": beat\n\n");

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("a submission goes out again under the same key, as late as the service says", async () => {
  const { kritiq, sent, slept } = scripted([broken, problem(503, "unavailable", { "Retry-After": "2" }), json(JOB, 202)]);
  assert.equal((await kritiq.submit("Gut.")).id, "job_1");
  assert.deepEqual(slept, [0.125, 2]);
  assert.equal(new Set(sent.map((request) => request.headers.get("idempotency-key"))).size, 1);
  assert.deepEqual(await sent[2]?.json(), { text: "Gut." });
});

test("what could be done twice is sent again only when nothing was done", async () => {
  const ping = { params: { path: { endpoint_id: "ep_1" } } };
  const lost = scripted([broken]);
  await assert.rejects(lost.kritiq.api.POST("/v1/endpoints/{endpoint_id}/ping", ping), TransportError);
  assert.equal(lost.sent.length, 1);
  const limited = scripted([problem(429, "rate-limited"), json({}, 202)]);
  assert.equal((await limited.kritiq.api.POST("/v1/endpoints/{endpoint_id}/ping", ping)).response.status, 202);
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

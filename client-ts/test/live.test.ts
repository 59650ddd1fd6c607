// Against a running service: KRITIQ_URL, and KRITIQ_API_KEY if it wants one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Kritiq, type Job } from "../src/index.js";

const apiKey = process.env["KRITIQ_API_KEY"];
const kritiq = new Kritiq(process.env["KRITIQ_URL"] ?? "http://127.0.0.1:5000", apiKey ? { apiKey } : {});
const TEXT = "Das Essen war super. Der Service war langsam.";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("a review is judged while the client waits", async () => {
  const job = await kritiq.analyze({ text: TEXT, restaurant: "adler" });
  assert.deepEqual(job.result.sentences.map((sentence) => sentence.text), ["Das Essen war super.", "Der Service war langsam."]);
  assert.deepEqual(await kritiq.wait(job), await kritiq.get(job.id));
});

test("changes are heard as they happen, in order, each once", async () => {
  const seen = await all(kritiq.events(await kritiq.submit("Die Suppe war kalt.")));
  const versions = seen.map((job) => job.version);
  assert.deepEqual(versions, [...new Set(versions)].sort((one, other) => one - other));
  assert.equal(seen.at(-1)?.status, "succeeded");
});

test("whoever listens to all hears of a job, and at first that it has to look", async () => {
  const listening = kritiq.listen();
  const first = await listening.next();
  assert.equal(first.value?.complete, false);
  const job = await kritiq.submit("Die Suppe war kalt.");
  for await (const seen of listening) {
    if (seen.jobs.some(({ id }) => id === job.id)) break;
  }
});

test("the same key makes one job", async () => {
  const jobs = await Promise.all([1, 2].map(() => kritiq.submit("Gut.", { idempotencyKey: `ts-${process.pid}` })));
  assert.equal(jobs[0]?.id, jobs[1]?.id);
});

test("a batch streams its results in order, and a line without a text is skipped", async () => {
  const batch = await kritiq.submitBatch(["Gut.", { text: "", custom_id: "b" }, "Zu laut."], { restaurant: "krone" });
  const lines = await all(kritiq.batchResults(batch));
  assert.deepEqual(lines.map((line) => [line.line, line.status]), [[1, "succeeded"], [2, "skipped"], [3, "succeeded"]]);
  assert.deepEqual((await all(kritiq.batchResults(batch.id, { after: 2 }))).map((line) => line.line), [3]);
  assert.equal((await all(kritiq.batchEvents(batch))).at(-1)?.counts.succeeded, 2);
});

test("a problem is an error with its code and where it is", async () => {
  await assert.rejects(kritiq.submit(" "), (error: unknown) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, 422);
    assert.equal(error.errors[0]?.pointer, "#/text");
    return true;
  });
  await assert.rejects(kritiq.get("job_that_never_was"), { status: 404, code: "not-found" });
});

test("models are listed with their cards, and an alias is moved by who knows its revision", async () => {
  const { models, aliases } = await kritiq.models();
  const model = models[0]!;
  const { name, versions } = await kritiq.modelCard(model.name);
  assert.equal(name, model.name);
  assert.ok(versions.find(({ version }) => version === model.version)?.aspects.includes("service"));
  await assert.rejects(kritiq.modelCard("no-such-model"), { status: 404 });

  const alias = `ts-${process.pid}`;
  assert.equal(aliases.some((each) => each.alias === alias), false);
  const made = await kritiq.moveAlias(alias, model.id, { revision: 0 });
  assert.deepEqual([made.revision, made.versions, made.shadow], [1, { [model.id]: 100 }, null]);
  assert.deepEqual((await kritiq.models()).aliases.find((each) => each.alias === alias), made);
  await assert.rejects(kritiq.moveAlias(alias, model.id, { revision: 0 }), { status: 409 });
  await assert.rejects(kritiq.moveAlias(alias, "no-such-model/1", { revision: 1 }), { status: 422 });
  const split = { [model.id]: 90, "no-such-model/1": 10 };
  await assert.rejects(kritiq.moveAlias(alias, split, { revision: 1, shadow: "no-such-model/1" }), { status: 422 });
  await assert.rejects(kritiq.rollOut(alias, "no-such-model/1", { revision: 1, steps: [5], bounds: { max_drift: null } }), {
    status: 422,
  });
  await assert.rejects(kritiq.rollOut(alias, model.id, { revision: 1 }), { status: 409 });
  await assert.rejects(kritiq.deleteAlias(alias, { revision: 0 }), { status: 409 });
  await kritiq.deleteAlias(alias, { revision: 1 });
  await assert.rejects(kritiq.deleteAlias(alias, { revision: 1 }), { status: 404 });
  // @ts-expect-error: nobody moves it without saying what it was
  await assert.rejects(kritiq.moveAlias(alias, model.id, {}), { status: 422 });
});

test("a model is loaded while the client waits, and one that an alias stands for stays in memory", async () => {
  const model = (await kritiq.models()).models[0]!;
  const loaded = await kritiq.waitOperation(await kritiq.loadModel(model.id), { timeout: 60 });
  assert.deepEqual([loaded.model, loaded.status, loaded.workers[0]?.state], [model.id, "succeeded", "done"]);
  await kritiq.moveAlias(`needed-${process.pid}`, model.id, { revision: 0 });
  await assert.rejects(kritiq.unloadModel(model.id), { status: 409, code: "model-in-use" });
  await assert.rejects(kritiq.loadModel("no-such-model"), { status: 404 });
  await assert.rejects(kritiq.loadModel(`${model.name}/no-such-version`), { status: 422 });
});

test("what people say of jobs and lines is kept, listed and taken back", async () => {
  const correction = { sentence: 0, aspect: "service", polarity: "negative", by: "anna" };
  const job = await kritiq.analyze({ text: TEXT, restaurant: "hirsch" });
  assert.equal((await kritiq.giveFeedback(job, correction)).corrections[0]?.polarity, "negative");
  const batch = await kritiq.submitBatch([TEXT], { restaurant: "hirsch" });
  await all(kritiq.batchResults(batch));
  const line = await kritiq.giveLineFeedback(batch, 1, correction);
  assert.deepEqual(await kritiq.getLineFeedback(batch, 1), line);
  assert.deepEqual(await all(kritiq.feedback({ restaurant: "hirsch", page_size: 1 })), [line, await kritiq.getFeedback(job)]);
  await kritiq.deleteFeedback(job, { sentence: 0, aspect: "food" });
  await kritiq.deleteFeedback(job);
  await kritiq.deleteLineFeedback(batch, 1, { sentence: 0, aspect: "service" });
  assert.deepEqual(await all(kritiq.feedback({ restaurant: "hirsch" })), []);
});

test("what was judged is listed, summed up, uploaded and exported", async () => {
  const job = await kritiq.analyze({ text: TEXT, restaurant: "lamm", external_author: "guest-7" });
  assert.deepEqual((await all(kritiq.jobs({ restaurant: "lamm" }))).map(({ id }) => id), [job.id]);
  assert.ok(Object.keys((await kritiq.summary("lamm")).aspects).length > 0);
  assert.deepEqual((await all(kritiq.restaurantReviews("lamm"))).map((review) => review.job_id), [job.id]);
  const file = await kritiq.uploadFile(new Blob(['{"text": "Gut."}\n']), { filename: "a.jsonl" });
  assert.equal((await kritiq.getFile(file)).filename, "a.jsonl");
  const batch = await kritiq.submitBatchFile(file, { restaurant: "lamm" });
  await all(kritiq.batchEvents(batch));
  const output = (await kritiq.getBatch(batch)).output_file_id!;
  assert.equal((await new Response(await kritiq.fileContent(output)).text()).trim().split("\n").length, 1);
  assert.equal((await all(kritiq.batchLines(batch, { status: "succeeded" }))).length, 1);
  assert.deepEqual((await all(kritiq.export({ external_author: "guest-7" }))).map(({ text }) => text), [TEXT]);
  await kritiq.delete(job);
  await assert.rejects(kritiq.delete(job), { status: 410 });
});

test("every other call is typed, too", async () => {
  const { data, error } = await kritiq.api.GET("/v1/jobs", { params: { query: { status: "succeeded", page_size: 1 } } });
  assert.equal(error, undefined);
  const job: Job | undefined = data?.jobs[0];
  assert.equal(job?.status, "succeeded");
  const gone = await kritiq.api.DELETE("/v1/jobs/{job_id}", { params: { path: { job_id: job!.id } } });
  assert.equal(gone.response.status, 204);
  assert.equal((await kritiq.need(kritiq.api.GET("/v1/restaurants"))).restaurants.length > 0, true);
  // @ts-expect-error: there is no such status
  const refused = await kritiq.api.GET("/v1/jobs", { params: { query: { status: "done" } } });
  assert.equal(refused.error?.status, 422);
});

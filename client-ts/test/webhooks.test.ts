// KRITIQ_SIGNED is a list of messages that the service's own code signed: {body, headers, secret, now}.
import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyWebhook, WebhookInvalid } from "../src/index.js";

interface Signed {
  body: string;
  headers: Record<string, string>;
  secret: string;
  now: number;
}

const signed = JSON.parse(process.env["KRITIQ_SIGNED"] ?? "[]") as Signed[];
const other = `whsec_${Buffer.from("another secret, as long").toString("base64")}`;

for (const { body, headers, secret, now } of signed) {
  const at = { now: () => now };
  test(`what was signed for ${secret.slice(0, 5)} is believed, and nothing else`, async () => {
    const event = await verifyWebhook(Buffer.from(body), headers, [other, secret], at);
    assert.equal(event.type, "job.deleted");
    // Its type tells what its data is.
    if (event.type === "job.deleted") assert.equal(event.data.job_id, "job_1");
    assert.equal(event.id, headers["webhook-id"]);
    await assert.rejects(verifyWebhook(body.replace("job_1", "job_2"), headers, secret, at), WebhookInvalid);
    await assert.rejects(verifyWebhook(body, headers, other, at), WebhookInvalid);
    await assert.rejects(verifyWebhook(body, headers, secret, { now: () => now + 301 }), WebhookInvalid);
    await assert.rejects(verifyWebhook(body, {}, secret, at), WebhookInvalid);
  });
}

test("a secret that is none is told, and never shown", async () => {
  const headers = { "Webhook-Id": "msg_1", "Webhook-Timestamp": "1", "Webhook-Signature": "v1,aaaa" };
  await assert.rejects(verifyWebhook("{}", headers, "whsec_§§§"), (error: Error) => !error.message.includes("§"));
  for (const secret of ["whsec_§§§", "whsec_", "whpk_", `whpk_${"A".repeat(40)}`]) {
    await assert.rejects(verifyWebhook("{}", headers, secret), TypeError);
  }
});

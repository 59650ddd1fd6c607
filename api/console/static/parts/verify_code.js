// How a receiver checks that what it got is from us (Standard Webhooks), with what comes with its language; with a public
// key Python takes our own client.
import { html } from "../vendor/html.js";
import { t } from "../language.js";
import { Codes } from "./codes.js";

const BY_SECRET = {
  Python: `# pip install standardwebhooks
import os
from standardwebhooks import Webhook

webhook = Webhook(os.environ["KRITIQ_WEBHOOK_SECRET"])  # whsec_…

def receive(body: bytes, headers: dict[str, str]) -> None:
    event = webhook.verify(body, headers)  # raises when it is not genuine, or older than five minutes
    print(event["type"], event["data"])`,
  Node: `import { createHmac, timingSafeEqual } from "node:crypto";

const key = Buffer.from(process.env.KRITIQ_WEBHOOK_SECRET.replace("whsec_", ""), "base64"); // whsec_…

// The body as it came, as text: one that was parsed before does not verify.
export function receive(body, headers) {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures } = headers;
  const ours = Buffer.from("v1," + createHmac("sha256", key).update(id + "." + time + "." + body).digest("base64"));
  const fits = (signature) => signature.length === ours.length && timingSafeEqual(signature, ours);
  // Several, while a secret is being rotated.
  const good = (signatures ?? "").split(" ").some((each) => fits(Buffer.from(each)));
  if (!good || !(Math.abs(Date.now() / 1000 - time) <= 300)) throw new Error("not genuine, or older than five minutes");
  const event = JSON.parse(body);
  console.log(event.type, event.data);
}`,
  PHP: `<?php
$key = base64_decode(substr(getenv("KRITIQ_WEBHOOK_SECRET"), strlen("whsec_"))); // whsec_…
$headers = array_change_key_case(getallheaders());
$body = file_get_contents("php://input");
$content = $headers["webhook-id"] . "." . $headers["webhook-timestamp"] . "." . $body;
$ours = "v1," . base64_encode(hash_hmac("sha256", $content, $key, true));
$good = false;
foreach (explode(" ", $headers["webhook-signature"]) as $each) { // several, while a secret is being rotated
    $good = hash_equals($ours, $each) || $good;
}
if (!$good || abs(time() - (int) $headers["webhook-timestamp"]) > 300) {
    http_response_code(401);
    exit("not genuine, or older than five minutes");
}
error_log(json_encode(json_decode($body)));`,
};

const BY_PUBLIC_KEY = {
  Python: `import os
from kritiq_client import verify_webhook

def receive(body: bytes, headers: dict[str, str]) -> None:
    event = verify_webhook(body, headers, os.environ["KRITIQ_WEBHOOK_KEY"])  # whpk_…; raises when it is not genuine
    print(event.type, event.data)`,
  Node: `import { createPublicKey, verify } from "node:crypto";

const raw = Buffer.from(process.env.KRITIQ_WEBHOOK_KEY.replace("whpk_", ""), "base64"); // whpk_…
// The 32 bytes of an Ed25519 key behind what says so (RFC 8410).
const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
const key = createPublicKey({ key: der, format: "der", type: "spki" });

// The body as it came, as text: one that was parsed before does not verify.
export function receive(body, headers) {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures } = headers;
  const fits = (signature) => verify(null, Buffer.from(id + "." + time + "." + body), key, Buffer.from(signature, "base64"));
  const good = (signatures ?? "").split(" ").some((each) => each.startsWith("v1a,") && fits(each.slice(4)));
  if (!good || !(Math.abs(Date.now() / 1000 - time) <= 300)) throw new Error("not genuine, or older than five minutes");
  const event = JSON.parse(body);
  console.log(event.type, event.data);
}`,
  PHP: `<?php // sodium comes with PHP
$key = base64_decode(substr(getenv("KRITIQ_WEBHOOK_KEY"), strlen("whpk_"))); // whpk_…
$headers = array_change_key_case(getallheaders());
$body = file_get_contents("php://input");
$content = $headers["webhook-id"] . "." . $headers["webhook-timestamp"] . "." . $body;
$good = false;
foreach (explode(" ", $headers["webhook-signature"]) as $each) {
    $signature = str_starts_with($each, "v1a,") ? base64_decode(substr($each, 4)) : "";
    $good = $good || (strlen($signature) === 64 && sodium_crypto_sign_verify_detached($signature, $content, $key));
}
if (!$good || abs(time() - (int) $headers["webhook-timestamp"]) > 300) {
    http_response_code(401);
    exit("not genuine, or older than five minutes");
}
error_log(json_encode(json_decode($body)));`,
};

/** `signature` of the endpoint: "hmac" or "ed25519". */
export function VerifyCode({ signature }) {
  return html`<${Codes} label=${t("verify")} written=${signature === "ed25519" ? BY_PUBLIC_KEY : BY_SECRET} />`;
}

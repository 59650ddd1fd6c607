// How a receiver checks that what it got is from us: Standard Webhooks, by the libraries of that standard, which know
// secrets; of public keys only our own client knows.
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
  Node: `// npm install standardwebhooks
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.KRITIQ_WEBHOOK_SECRET); // whsec_…

// The body as it came, as text: one that was parsed before does not verify.
export function receive(body, headers) {
  const event = webhook.verify(body, headers); // throws when it is not genuine, or older than five minutes
  console.log(event.type, event.data);
}`,
  PHP: `<?php // composer require standard-webhooks/standard-webhooks
require "vendor/autoload.php";

$webhook = new \\StandardWebhooks\\Webhook(getenv("KRITIQ_WEBHOOK_SECRET")); // whsec_…
$headers = array_change_key_case(getallheaders()); // it looks for them in small letters
$event = $webhook->verify(file_get_contents("php://input"), $headers); // throws when it is not genuine
error_log(json_encode($event));`,
};

const BY_PUBLIC_KEY = {
  Python: `import os
from kritiq_client import verify_webhook

def receive(body: bytes, headers: dict[str, str]) -> None:
    event = verify_webhook(body, headers, os.environ["KRITIQ_WEBHOOK_KEY"])  # whpk_…; raises when it is not genuine
    print(event.type, event.data)`,
};

/** `signature` of the endpoint: "hmac" or "ed25519". */
export function VerifyCode({ signature }) {
  return html`<${Codes} label=${t("verify")} written=${signature === "ed25519" ? BY_PUBLIC_KEY : BY_SECRET} />`;
}

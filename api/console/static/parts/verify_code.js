// How a receiver checks that what it got is from us: Standard Webhooks, by the libraries of that standard.
import { html } from "../vendor/html.js";
import { useState } from "../vendor/hooks.js";
import { t } from "../language.js";
import { Copy } from "./copy.js";

const WRITTEN = {
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

export function receive(body, headers) {
  const event = webhook.verify(body, headers); // throws when it is not genuine, or older than five minutes
  console.log(event.type, event.data);
}`,
  PHP: `<?php // composer require standard-webhooks/standard-webhooks
$webhook = new \\StandardWebhooks\\Webhook(getenv("KRITIQ_WEBHOOK_SECRET")); // whsec_…
$event = $webhook->verify(file_get_contents("php://input"), getallheaders()); // throws when it is not genuine
error_log(json_encode($event));`,
};

export function VerifyCode() {
  const names = Object.keys(WRITTEN);
  const [name, set] = useState(names[0]);
  return html`
    <div>
      <div class="spread">
        <div class="tabs" role="tablist" aria-label=${t("verify")}>
          ${names.map((each) => html`<button type="button" role="tab" aria-selected=${each === name} onClick=${() => set(each)}>${each}</button>`)}
        </div>
        <${Copy} text=${WRITTEN[name]} />
      </div>
      <pre tabindex="0"><code>${WRITTEN[name]}</code></pre>
    </div>
  `;
}

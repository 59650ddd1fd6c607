"""Messages as kombu writes them for a Celery client that sends a review."""

import base64
import json
from typing import Any

from store import queues


def sent_message(task_id: str, text: str, *, embedded: Any = None, **more: Any) -> bytes:
    """One of protocol 2. Names with `kritiq_` in front are headers, the others arguments."""
    headers = {name: value for name, value in more.items() if name.startswith("kritiq_")}
    body = [[text], {name: value for name, value in more.items() if name not in headers}, embedded or {}]
    return json.dumps(
        {
            "body": base64.b64encode(json.dumps(body).encode()).decode(),
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "headers": {"task": queues.ANALYZE, "id": task_id, "argsrepr": repr((text,)), **headers},
            "properties": {"body_encoding": "base64", "delivery_tag": f"tag-{task_id}", "delivery_info": {}},
        }
    ).encode()


def read_whole(message: bytes | str) -> str:
    """A message with its body as it says it."""
    found: dict[str, Any] = json.loads(message)
    return json.dumps(found) + base64.b64decode(found["body"]).decode()

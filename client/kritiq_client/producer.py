"""Celery clients that send for an organisation of their own."""

import hashlib
import hmac
import uuid
from typing import Any


def signed(tenant: str, secret: str, task_id: str | None = None) -> dict[str, Any]:
    """Options for a call of a Kritiq task, which make it `tenant`'s: for `send_task`, `apply_async` or `Signature.set`.

        app.send_task("kritiq.review", [text], **signed("acme", SECRET))

    The task's id is `task_id` behind the organisation's name, by default a new one: each task has options of its own.
    `secret` is the organisation's in the service's KRITIQ_PRODUCERS. Headers of your own go beside those in `headers`.
    """
    own = f"{tenant}:{task_id or uuid.uuid4()}"
    mac = hmac.digest(secret.encode(), own.encode(), hashlib.sha256).hex()
    return {"task_id": own, "headers": {"kritiq_signature": f"v1,{mac}"}}

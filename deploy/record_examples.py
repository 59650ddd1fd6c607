"""Records the examples of the API's documentation: real answers of a running Kritiq.

KRITIQ_API_KEY=krt_… python -m deploy.record_examples http://127.0.0.1:5000 > api/examples.json
"""

import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

REVIEW = "Das Essen war super, aber der Service war langsam. Wir kommen trotzdem wieder!"


def call(base: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Status and body of one call."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(base + path, data=data, method=method, headers=dict(headers or {}))
    if data is not None:
        request.add_header("Content-Type", "application/json")
    if key := os.environ.get("KRITIQ_API_KEY"):
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, _read(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, _read(error.read())


def _read(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        # NDJSON: the first line that is not empty speaks for all.
        lines = data.split(b"\n")
        return next((json.loads(line) for line in lines if line[:1] == b"{"), None)


def record(base: str) -> dict[str, Any]:
    """`operation status` -> body, for every call that has something to show."""
    found: dict[str, Any] = {}

    def keep(operation: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        status, answer = call(base, method, path, body, headers)
        if answer is not None:
            found[f"{operation} {status}"] = answer
        return answer

    review = {"text": REVIEW, "restaurant": "adler", "metadata": {"source": "portal"}}
    keep("jobs_submit_job", "POST", "/v1/jobs", review)
    keep("jobs_submit_job", "POST", "/v1/jobs", {"text": ""})
    keep("jobs_submit_job", "POST", "/v1/jobs", {"text": 3})
    done = keep("jobs_submit_job", "POST", "/v1/jobs", review, {"Prefer": "wait=10"})
    here = done["links"]["self"]
    keep("jobs_put_job", "PUT", "/v1/jobs/review-4711", review, {"Prefer": "wait=10"})
    keep("jobs_get_job", "GET", here)
    keep("jobs_get_job", "GET", "/v1/jobs/unknown")
    keep("actions_cancel_job", "POST", f"{here}/cancel")
    keep("actions_retry_job", "POST", f"{here}/retry")
    keep("listing_list_jobs", "GET", "/v1/jobs?page_size=1&status=succeeded")
    keep("listing_restaurant_summary", "GET", "/v1/restaurants/adler/summary")
    batch = keep("batches_submit_batch", "POST", "/v1/batches", {"reviews": [{"custom_id": "a", "text": REVIEW}]})
    keep("batches_batch_results", "GET", batch["links"]["results"])
    keep("batches_get_batch", "GET", batch["links"]["self"])
    keep("batch_lists_list_batches", "GET", "/v1/batches?page_size=1")
    keep("batch_lists_list_lines", "GET", batch["links"]["lines"])
    keep("queue_queue", "GET", "/v1/queue")
    keep("queue_models", "GET", "/v1/models")
    keep("health_livez", "GET", "/livez")
    keep("health_readyz", "GET", "/readyz")
    keep("legacy_predict", "POST", "/api/", {"text": "Das Essen war super."})
    return dict(sorted(found.items()))


if __name__ == "__main__":
    json.dump(record(sys.argv[1].rstrip("/")), sys.stdout, ensure_ascii=False, indent=1)
    print()

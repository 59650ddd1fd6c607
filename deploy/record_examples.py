"""Records the examples of the API's documentation: real answers of a running Kritiq.

KRITIQ_API_KEY=krt_… python -m deploy.record_examples http://127.0.0.1:5000 > api/examples.json
"""

import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Keep = Callable[..., Any]

REVIEW = "Das Essen war super, aber der Service war langsam. Wir kommen trotzdem wieder!"

#: What is shown once, and to nobody who reads the documentation.
_SECRET = re.compile(r"(\bkrt_live_|\bkrt_test_|\bkrt_link_|\bwhsec_|\"csrf_token\": \"|/embed/link_\w+/#)[\w+/=-]+")


def call(base: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Status and body of one call."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(base + path, data=data, method=method, headers=dict(headers or {}))
    if data is not None and not request.has_header("Content-type"):
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


def _brief(answer: Any) -> Any:
    """`answer` with two entries of whatever it lists more than four of."""
    if isinstance(answer, dict):
        return {name: _brief(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [_brief(item) for item in (answer if len(answer) <= 4 else answer[:2])]
    return answer


def record(base: str) -> dict[str, Any]:
    """`operation status` -> body, for every call that has something to show."""
    found: dict[str, Any] = {}

    def keep(operation: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        status, answer = call(base, method, path, body, headers)
        if answer is not None:
            shown = json.loads(_SECRET.sub(r"\1…", json.dumps(answer, ensure_ascii=False)))
            found[f"{operation} {status}"] = _brief(shown)
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
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    waiting = call(base, "POST", "/v1/jobs", {**review, "not_before": later})[1]["links"]["self"]
    keep("actions_cancel_job", "POST", f"{waiting}/cancel")
    keep("actions_retry_job", "POST", f"{waiting}/retry")
    keep("actions_retry_job", "POST", f"{here}/retry")
    keep("listing_list_jobs", "GET", "/v1/jobs?page_size=1&status=succeeded")
    keep("restaurants_summary", "GET", "/v1/restaurants/adler/summary")
    batch = keep("batches_submit_batch", "POST", "/v1/batches", {"reviews": [{"custom_id": "a", "text": REVIEW}]})
    keep("batches_batch_results", "GET", batch["links"]["results"])
    keep("batches_get_batch", "GET", batch["links"]["self"])
    keep("batch_lists_list_batches", "GET", "/v1/batches?page_size=1")
    keep("batch_lists_list_lines", "GET", batch["links"]["lines"])
    meant = {"sentence": 0, "aspect": "service", "polarity": "neutral"}
    keep("line_feedback_give_line_feedback", "POST", f"{batch['links']['lines']}/1/feedback", meant)
    keep("line_feedback_get_line_feedback", "GET", f"{batch['links']['lines']}/1/feedback")
    _rest(base, keep, here)
    _guest(keep, base)
    keep("queue_queue", "GET", "/v1/queue")
    served = keep("models_list_models", "GET", "/v1/models")
    to = {"revision": 0, "version": served["models"][0]["id"]}
    keep("models_move_alias", "POST", "/v1/models/candidate", to)
    _operations(keep, base, served["models"][0])
    _retraining(keep)
    keep("health_livez", "GET", "/livez")
    keep("health_readyz", "GET", "/readyz")
    keep("legacy_predict", "POST", "/api/", {"text": "Das Essen war super."})
    return dict(sorted(found.items()))


def _operations(keep: Keep, base: str, model: Any) -> None:
    """The model that is needed is loaded already, and stays."""
    here, version = f"/v1/models/{model['name']}", {"version": model["version"]}
    asked = keep("operations_load_model", "POST", f"{here}/load", version)
    while call(base, "GET", asked["links"]["self"])[1]["status"] == "running":
        time.sleep(0.2)
    keep("operations_get_operation", "GET", asked["links"]["self"])
    keep("operations_unload_model", "POST", f"{here}/unload", version)
    keep("operations_unload_model", "POST", f"{here}/unload", version | {"force": True})


def _retraining(keep: Keep) -> None:
    """One that nobody carries out: it is canceled before."""
    asked = {"model": "default", "tenants": ["acme"], "alias": "production", "rollout": {"steps": [5, 25]}}
    made = keep("retrainings_retrain", "POST", "/v1/retrainings", asked)
    keep("retrainings_retrain", "POST", "/v1/retrainings", asked)
    keep("retrainings_get_retraining", "GET", made["links"]["self"])
    keep("retrainings_list_retrainings", "GET", "/v1/retrainings?page_size=1")
    keep("retrainings_cancel_retraining", "POST", f"{made['links']['self']}/cancel")
    keep("retrainings_cancel_retraining", "POST", f"{made['links']['self']}/cancel")


def _guest(keep: Keep, base: str) -> None:
    """All that there is of somebody, handed over and deleted."""
    call(base, "PUT", "/v1/jobs/review-4714", {"text": REVIEW, "external_author": "guest-7"}, {"Prefer": "wait=10"})
    keep("privacy_export", "POST", "/v1/exports", {"external_author": "guest-7"})
    asked = keep("privacy_erase", "POST", "/v1/erasures", {"external_author": "guest-7"})
    while call(base, "GET", asked["links"]["self"])[1]["finished_at"] is None:
        time.sleep(0.2)
    keep("privacy_get_erasure", "GET", asked["links"]["self"])
    keep("privacy_list_erasures", "GET", "/v1/erasures?page_size=1")


def _rest(base: str, keep: Keep, here: str) -> None:
    """What belongs to a job that has ended, files, endpoints, keys, and what is about an organisation as a whole."""
    keep(
        "feedback_give_feedback",
        "POST",
        f"{here}/feedback",
        {"sentence": 0, "aspect": "service", "polarity": "neutral"},
    )
    keep("feedback_get_feedback", "GET", f"{here}/feedback")
    keep("course_job_course", "GET", f"{here}/course")
    keep("feedback_list_feedback", "GET", "/v1/feedback?page_size=1")
    keep("feedback_list_examples", "GET", "/v1/feedback/examples")
    keep("feedback_queue_list_queue", "GET", "/v1/feedback/queue?restaurant=adler&count=1")
    ndjson = {"Content-Type": "application/x-ndjson"}
    file = keep("files_upload_file", "POST", "/v1/files?purpose=batch&filename=reviews.jsonl", {"text": "Gut."}, ndjson)
    keep("files_get_file", "GET", file["links"]["self"])
    keep("files_list_files", "GET", "/v1/files?page_size=1")
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    failed = call(base, "POST", "/v1/batches", {"reviews": [{"text": "Gut.", "language": "de"}], "not_before": later})[
        1
    ]
    keep("batches_cancel_batch", "POST", f"{failed['links']['self']}/cancel")
    keep("batches_retry_batch", "POST", f"{failed['links']['self']}/retry")
    # The example dashboard's: an address that this machine does not know is refused.
    endpoint = keep("endpoints_list_endpoints", "GET", "/v1/endpoints")["endpoints"][0]
    keep("endpoints_get_endpoint", "GET", f"/v1/endpoints/{endpoint['id']}")
    another = {"url": endpoint["url"], "events": ["batch.completed"], "restaurants": ["adler"]}
    added = keep("endpoints_add_endpoint", "POST", "/v1/endpoints", another)
    call(base, "DELETE", f"/v1/endpoints/{added['id']}")
    at = f"/v1/endpoints/{endpoint['id']}"
    keep("endpoints_change_endpoint", "PATCH", at, {"description": "The example dashboard"})
    keep("endpoints_enable_endpoint", "POST", f"{at}/enable")
    keep("endpoints_ping_endpoint", "POST", f"{at}/ping")
    keep("endpoints_recover_endpoint", "POST", f"{at}/recover", {"since": datetime.now(UTC).isoformat()})
    keep("endpoints_rotate_secret", "POST", f"{at}/rotate")
    keep("endpoints_webhook_secret", "POST", "/v1/webhook-secret")
    keep("deliveries_endpoint_deliveries", "GET", f"{at}/deliveries?page_size=1&status=succeeded")
    told = keep("deliveries_list_deliveries", "GET", "/v1/deliveries?page_size=1&status=succeeded")["deliveries"][0]
    keep("deliveries_get_delivery", "GET", f"/v1/deliveries/{told['id']}")
    keep("deliveries_delivery_request", "GET", f"/v1/deliveries/{told['id']}/request")
    keep("deliveries_replay_delivery", "POST", f"/v1/deliveries/{told['id']}/replay")
    key = keep("keys_make_key", "POST", "/v1/keys", {"name": "portal", "scopes": ["jobs:read"]})
    keep("keys_get_key", "GET", f"/v1/keys/{key['id']}")
    keep("keys_rotate_key", "POST", f"/v1/keys/{key['id']}/rotate")
    keep("keys_list_keys", "GET", "/v1/keys")
    shown = keep("webhook_links_make_link", "POST", "/v1/webhook-links", {"restaurants": ["adler"]})
    here = f"/v1/webhook-links/{shown['id']}"
    keep("webhook_links_get_link", "GET", here)
    keep("webhook_links_list_links", "GET", "/v1/webhook-links?page_size=1")
    keep("webhook_links_open_link", "POST", f"{here}/open", {"code": shown["url"].partition("#")[2]})
    call(base, "DELETE", here)
    keep("session_log_in", "POST", "/v1/session")
    keep("session_get_session", "GET", "/v1/session")
    keep("restaurants_list_restaurants", "GET", "/v1/restaurants?page_size=1")
    keep("restaurants_trend", "GET", "/v1/restaurants/adler/trend?by=month&from=2026-11-01&to=2026-11-30")
    keep("restaurants_list_reviews", "GET", "/v1/restaurants/adler/reviews?page_size=2")
    keep("activity_activity", "GET", "/v1/activity")
    keep("attention_attention", "GET", "/v1/attention")
    keep("workers_list_workers", "GET", "/v1/workers")
    keep("usage_usage", "GET", "/v1/usage")
    keep("audit_list_audit", "GET", "/v1/audit?page_size=1")
    keep("cards_model_card", "GET", "/v1/models/kritiq-mini/card")
    keep("drift_model_drift", "GET", "/v1/models/kritiq-mini/drift")


if __name__ == "__main__":
    json.dump(record(sys.argv[1].rstrip("/")), sys.stdout, ensure_ascii=False, indent=1)
    print()

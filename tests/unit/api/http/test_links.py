"""Links of all answers: relative, or below the address at which clients reach the service."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from api.app import create_app
from store.batches import BatchStore
from store.webhooks import open_webhooks
from tests.support.factories import REVIEW, make_settings
from tests.support.http import post, submitted
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.worlds import RedisWorld
from webhooks.secret import new_key

PUBLIC = "https://kritiq.example.com/reviews"


@pytest.fixture(params=["", PUBLIC])
def base(request: pytest.FixtureRequest) -> str:
    """What KRITIQ_PUBLIC_URL is."""
    return str(request.param)


@pytest.fixture
def service(base: str, model_store: ModelStore, redis_world: RedisWorld) -> FlaskClient:
    """The API at that address."""
    settings = make_settings(public_url=base, secret_keys=SecretStr(new_key()), webhook_allow_insecure=True)
    batches, webhooks = BatchStore(redis_world.redis), open_webhooks(settings, redis_world.redis)
    return create_app(settings, model_store, ModelHub(model_store), batches, webhooks).test_client()


def links(body: Any) -> list[str]:
    """All links of an answer."""
    return list((body or {})["links"].values())


def test_jobs_are_linked(service: FlaskClient, base: str) -> None:
    answer = post(service, {"text": REVIEW})
    job_id = (answer.json or {})["id"]
    here = f"{base}/v1/jobs/{job_id}"
    expected = [here, f"{here}/events", f"{here}/cancel"]
    assert answer.headers["Location"] == here
    assert links(answer.json) == links(service.get(f"/v1/jobs/{job_id}").json) == expected
    assert links((service.get("/v1/jobs").json or {})["jobs"][0]) == expected
    assert links(service.post(f"/v1/jobs/{job_id}/cancel").json) == expected
    assert service.post(f"/v1/jobs/{job_id}/retry").headers["Location"].startswith(f"{base}/v1/jobs/job_")


def test_a_stream_links_too(service: FlaskClient, base: str) -> None:
    job_id = submitted(service)
    service.post(f"/v1/jobs/{job_id}/cancel")
    told = service.get(f"/v1/jobs/{job_id}/events").text.partition("data: ")[2].splitlines()[0]
    assert json.loads(told)["links"]["self"] == f"{base}/v1/jobs/{job_id}"


def test_batches_are_linked(service: FlaskClient, base: str) -> None:
    answer = service.post("/v1/batches", json={"reviews": [{"text": REVIEW}]})
    here = f"{base}/v1/batches/{(answer.json or {})['id']}"
    assert answer.headers["Location"] == here
    expected = [here, f"{here}/events", f"{here}/results", f"{here}/lines", f"{here}/cancel", f"{here}/retry"]
    assert links(answer.json) == expected
    path = here.removeprefix(base)
    service.post(f"{path}/cancel")
    told = service.get(f"{path}/events").text.partition("data: ")[2].splitlines()[0]
    assert links(json.loads(told)) == expected


def test_what_is_made_for_webhooks_is_linked(service: FlaskClient, base: str) -> None:
    made = service.post("/v1/endpoints", json={"url": "http://127.0.0.1:9/hook"})
    endpoint = (made.json or {})["id"]
    assert made.headers["Location"] == f"{base}/v1/endpoints/{endpoint}"
    pinged = service.post(f"/v1/endpoints/{endpoint}/ping")
    assert pinged.headers["Location"] == f"{base}/v1/deliveries/{(pinged.json or {})['id']}"


def test_the_root_leads_to_the_documentation_there(service: FlaskClient, base: str) -> None:
    assert service.get("/").headers["Location"] == f"{base}/docs"


def test_the_log_names_what_was_made_wherever_it_is(
    service: FlaskClient, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        job_id = submitted(service)
    assert [vars(record).get("job_id") for record in caplog.records if record.message == "request"] == [job_id]

"""Endpoints on a real Redis: their limit, changes that meet, secrets.

The receiver is a stub and time is the test's; the network has its own tests.
"""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.errors import Conflict, TooManyEndpoints
from tests.integration.webhooks.test_store import end_lines
from tests.support.post import TENANT, Post
from tests.support.receiver_stub import ReceiverStub, Sent
from webhooks.delivery import DeliveryStatus
from webhooks.endpoint import Endpoint
from worker.delivery.response import Failure

PENDING, SENDING, SUCCEEDED = DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.SUCCEEDED
FAILED, DROPPED = DeliveryStatus.FAILED, DeliveryStatus.DROPPED


def with_options(endpoint: Endpoint, **members: object) -> Endpoint:
    return replace(endpoint, options=endpoint.options.changed(members))


class TestEndpoints:
    def test_a_tenant_has_no_more_than_fifty_endpoints(self, post: Post) -> None:
        for _ in range(50):
            post.endpoint()
        with pytest.raises(TooManyEndpoints):
            post.endpoint()

    def test_nobody_overwrites_what_another_changed(self, post: Post) -> None:
        endpoint = post.endpoint()
        tries = []

        def change(old: Endpoint) -> Endpoint:
            tries.append(old.version)
            if len(tries) == 1:
                post.endpoints.change(TENANT, endpoint.id, lambda other: with_options(other, description="theirs"))
            return with_options(old, include_text=True)

        found = post.endpoints.change(TENANT, endpoint.id, change)
        assert (found.options.description, found.options.include_text, len(tries)) == ("theirs", True, 2)

    @given(
        changes=st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "description": st.sampled_from(["", "ours"]), "include_text": st.booleans(),
                    "events": st.sampled_from([("job.succeeded",), ("job.failed", "job.succeeded")]),
                    "restaurants": st.sampled_from([(), ("adler",)]),
                    "enabled": st.booleans(),
                },
            ),
            max_size=4,
        )
    )  # fmt: skip
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
    def test_a_version_is_new_when_something_is_and_only_then(self, post: Post, changes: list[dict[str, Any]]) -> None:
        endpoint = post.endpoint()
        for asked in changes:
            before = post.endpoints.get(TENANT, endpoint.id)
            post.advance(s=1)
            after = post.endpoints.change(
                TENANT,
                endpoint.id,
                lambda old, asked=asked: replace(  # type: ignore[misc]
                    old, options=old.options.changed(asked), enabled=asked.get("enabled", old.enabled)
                ),
                fresh_start=asked.get("enabled") is True,
            )
            same = (before.options, before.enabled) == (after.options, after.enabled)
            assert (after == before) is same
            assert (after.version == before.version) is same
        post.endpoints.delete(TENANT, endpoint.id)

    def test_whoever_enables_what_is_enabled_makes_its_failures_forgotten_and_no_version(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        endpoint = post.endpoint()
        receiver.says = 500
        post.end_job()
        post.turn()
        assert post.endpoints.health(TENANT, endpoint.id).consecutive_failures == 1
        found = post.endpoints.change(TENANT, endpoint.id, lambda old: old, fresh_start=True)
        assert found == post.endpoints.get(TENANT, endpoint.id)
        assert found.version == endpoint.version
        assert post.endpoints.health(TENANT, endpoint.id).consecutive_failures == 0

    def test_a_change_gives_up_when_others_never_stop_changing(self, post: Post) -> None:
        endpoint = post.endpoint()

        def change(old: Endpoint) -> Endpoint:
            post.redis.hincrby(f"kritiq:default:endpoint:{endpoint.id}", "version", 1)
            return with_options(old, description="ours")

        with pytest.raises(Conflict):
            post.endpoints.change(TENANT, endpoint.id, change)

    def test_waiting_deliveries_go_to_the_new_url(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        post.end_job()
        post.endpoints.change(TENANT, endpoint.id, lambda old: with_options(old, url="http://127.0.0.1:5/new"))
        post.turn()
        assert [sent.url for sent in receiver.sent] == ["http://127.0.0.1:5/new"]

    @pytest.mark.parametrize("anew", [{"url": "http://127.0.0.1:5/new"}, {}], ids=["moved", "enabled anew"])
    @pytest.mark.parametrize("says", [200, 410, 500, Failure.TIMEOUT])
    def test_what_was_under_way_before_tells_nothing_of_it(
        self, post: Post, receiver: ReceiverStub, says: int | Failure, anew: dict[str, str]
    ) -> None:
        endpoint = post.endpoint()

        def begin_anew(sent: Sent) -> None:
            post.advance(s=1)
            post.endpoints.change(TENANT, endpoint.id, lambda old: with_options(old, **anew), fresh_start=not anew)
            receiver.on_send = lambda _: None

        receiver.says, receiver.on_send = says, begin_anew
        job_id = post.end_job()
        post.turn()
        found = post.endpoints.get(TENANT, endpoint.id)
        assert (found.enabled, post.of(job_id, endpoint).status) == (True, SUCCEEDED if says == 200 else PENDING)
        health = post.endpoints.health(TENANT, endpoint.id)
        assert (health.consecutive_failures, health.failing_since, health.last_success_at) == (0, None, None)
        # What comes next does.
        receiver.says = 500
        post.end_job()
        post.turn()
        assert post.endpoints.health(TENANT, endpoint.id).consecutive_failures == 1

    def test_what_said_410_where_an_endpoint_was_before_goes_to_where_it_is_now(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        endpoint, url = post.endpoint(), "http://127.0.0.1:5/new"
        receiver.by_url = {endpoint.options.url: 410}

        def move(sent: Sent) -> None:
            post.advance(s=1)
            post.endpoints.change(TENANT, endpoint.id, lambda old: with_options(old, url=url))

        receiver.on_send = move
        job_id = post.end_job()
        post.turn()
        receiver.on_send = lambda _: None
        post.wait()
        post.turn()
        assert [sent.url for sent in receiver.sent] == [endpoint.options.url, url]
        assert post.of(job_id, endpoint).status is SUCCEEDED

    def test_of_events_that_it_no_longer_asks_for_nothing_that_waits_is_sent(
        self, post: Post, receiver: ReceiverStub
    ) -> None:
        endpoint = post.endpoint(events=("job.succeeded", "batch.lines"), lines_per_event=1)
        job_id = post.end_job()
        end_lines(post)
        post.endpoints.change(TENANT, endpoint.id, lambda old: with_options(old, events=("job.failed",)))
        post.turn()
        assert receiver.sent == []
        assert {(delivery.status, delivery.reason) for delivery in post.all()} == {(DROPPED, "not_wanted")}
        assert len(post.all()) == 3, "nor is there a next part of lines"
        # Whoever asks for this very one has it.
        post.log.replay(TENANT, post.of(job_id, endpoint).id)
        ping = post.log.ping(TENANT, endpoint.id)
        post.turn()
        assert [sent.id for sent in receiver.sent] == [post.of(job_id, endpoint).id, ping.id]

    def test_one_that_an_older_kritiq_stored_is_read_changed_and_told(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint(events=("job.succeeded",), include_text=True, description="ours")
        key = f"kritiq:default:endpoint:{endpoint.id}"
        apart: dict[str, str] = {"url": endpoint.options.url, "include_text": "1", "description": "ours"}
        post.redis.hdel(key, "options")
        post.redis.hset(key, mapping=apart)  # type: ignore[arg-type]
        assert post.endpoints.get(TENANT, endpoint.id) == endpoint
        post.end_job()
        post.turn()
        assert [sent.url for sent in receiver.sent] == [endpoint.options.url]
        assert receiver.sent[0].event["data"]["result"]["sentences"][0]["text"]
        changed = post.endpoints.change(TENANT, endpoint.id, lambda old: with_options(old, include_text=False))
        assert changed.options == replace(endpoint.options, include_text=False)
        assert not set(apart) & {name.decode() for name in post.redis.hkeys(key)}

    def test_secrets_are_encrypted_at_rest(self, post: Post) -> None:
        endpoint, secret = post.endpoint_and_secret("http://127.0.0.1:5/")
        everything = b"".join(
            b"".join([*raw.keys(), *raw.values()])
            for raw in [post.redis.hgetall(f"kritiq:default:endpoint:{endpoint.id}")]
        )
        assert secret.reveal().removeprefix("whsec_").encode() not in everything

    def test_a_secret_that_cannot_be_opened_blames_no_endpoint(self, post: Post, receiver: ReceiverStub) -> None:
        endpoint = post.endpoint()
        post.redis.hset(f"kritiq:default:endpoint:{endpoint.id}", "secrets", '[{"sealed": "rubbish"}]')
        job_id = post.end_job()
        post.turn()
        delivery = post.of(job_id, endpoint)
        assert (delivery.status, delivery.reason, receiver.sent) == (PENDING, "internal_error", [])
        assert post.endpoints.health(TENANT, endpoint.id).consecutive_failures == 0

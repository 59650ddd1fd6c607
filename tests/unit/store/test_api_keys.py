"""API keys on a real Redis: made, found, rotated, revoked, each twice as once."""

from dataclasses import replace

import pytest
import redis

from access.api_key import ApiKey
from access.scope import Scope
from access.token import KeyKind
from jobs.errors import Conflict, NotFound, TooManyKeys
from jobs.retention import DEFAULT_RETENTION
from store import api_keys, keys
from store.api_keys import ApiKeyStore
from store.jobs import RedisStore
from tests.support.factories import create


class Shelf:
    """A store with time in the test's hands."""

    def __init__(self, client: redis.Redis) -> None:
        self.redis, self.ahead_ms = client, 0
        self.store = ApiKeyStore(client, offset_ms=lambda: self.ahead_ms)

    def make(self, letter: str = "A", digest: str = "d1", tenant: str = "acme", **more: object) -> ApiKey:
        wanted = ApiKey(id=f"key_{letter * 12}", tenant=tenant, scopes=(Scope.JOBS_READ,))
        return self.store.create(replace(wanted, **more), digest)  # type: ignore[arg-type]

    def digests(self, key: ApiKey) -> dict[str, int | None]:
        """Digest -> how long it is good, in seconds from now."""
        found = self.store.get(key.tenant, key.id)
        now = self.store.now_ms()
        return {
            each.digest: None if each.until_ms is None else round((each.until_ms - now) / 1000) for each in found.tokens
        }


@pytest.fixture
def shelf(redis_client: redis.Redis) -> Shelf:
    return Shelf(redis_client)


def test_a_key_is_kept_as_it_was_made(shelf: Shelf) -> None:
    made = shelf.make(
        scopes=(Scope.JOBS_WRITE, Scope.JOBS_READ), restaurants=("adler", "krone"), name="Küche", kind=KeyKind.TEST
    )
    assert made == shelf.store.get("acme", made.id) == shelf.store.look_up(made.id).key
    assert (made.scopes, made.restaurants) == ((Scope.JOBS_WRITE, Scope.JOBS_READ), ("adler", "krone"))
    assert (made.name, made.kind) == ("Küche", KeyKind.TEST)
    assert made.created_at == pytest.approx(shelf.store.now_ms(), abs=5000)
    assert made.good_at(shelf.store.now_ms())


def test_there_are_keys_once_one_was_made_for_good(shelf: Shelf) -> None:
    assert not shelf.store.any()
    made = shelf.make()
    assert shelf.store.any()
    shelf.store.revoke("acme", made.id)
    assert shelf.store.any()


def test_making_a_key_twice_makes_one_and_another_token_none(shelf: Shelf) -> None:
    made = shelf.make()
    assert shelf.make() == made
    for other in ({"digest": "d2"}, {"tenant": "other"}):
        with pytest.raises(Conflict):
            shelf.make(**other)  # type: ignore[arg-type]
    assert shelf.store.page("acme") == [made]


def test_keys_are_listed_by_organisation_oldest_first(shelf: Shelf) -> None:
    first = shelf.make("A")
    shelf.ahead_ms += 1000
    second = shelf.make("B", "d2")
    theirs = shelf.make("C", "d3", tenant="other")
    assert shelf.store.page("acme") == [first, second]
    assert shelf.store.page("other") == [theirs]
    assert shelf.store.page("nobody") == []


def test_another_organisations_key_is_none(shelf: Shelf) -> None:
    made = shelf.make()
    for call in (
        lambda: shelf.store.get("other", made.id),
        lambda: shelf.store.revoke("other", made.id),
        lambda: shelf.store.rotate("other", made.id, "d2", grace_s=0),
    ):
        with pytest.raises(NotFound, match=r"There is no such key\."):
            call()
    assert shelf.digests(made) == {"d1": None}


def test_a_rotation_overlaps_and_the_oldest_go_first(shelf: Shelf) -> None:
    made = shelf.make()
    shelf.store.rotate("acme", made.id, "d2", grace_s=60)
    shelf.store.rotate("acme", made.id, "d2", grace_s=0)  # the same again, after its answer was lost
    assert shelf.digests(made) == {"d2": None, "d1": 60}
    shelf.store.rotate("acme", made.id, "d3", grace_s=600)
    assert shelf.digests(made) == {"d3": None, "d2": 600, "d1": 60}
    shelf.ahead_ms += 61_000
    for number in range(4, 8):
        shelf.store.rotate("acme", made.id, f"d{number}", grace_s=600)
    assert list(shelf.digests(made)) == ["d7", "d6", "d5", "d4", "d3"]
    shelf.store.rotate("acme", made.id, "d8", grace_s=0)
    assert shelf.digests(made) == {"d8": None}


def test_a_revoked_key_keeps_no_token_and_cannot_be_rotated(shelf: Shelf) -> None:
    made = shelf.make()
    shelf.store.revoke("acme", made.id)
    revoked = shelf.store.get("acme", made.id)
    shelf.ahead_ms += 5000
    shelf.store.revoke("acme", made.id)
    assert shelf.store.get("acme", made.id) == revoked
    assert (revoked.tokens, revoked.good_at(shelf.store.now_ms())) == ((), False)
    with pytest.raises(Conflict):
        shelf.store.rotate("acme", made.id, "d2", grace_s=0)
    assert 0 < shelf.redis.pttl(keys.API_KEY(made.id)) <= DEFAULT_RETENTION.ended_key_ms


def test_a_key_is_good_until_its_time_and_gone_a_month_later(shelf: Shelf) -> None:
    ends = shelf.store.now_ms() + 60_000
    made = shelf.make(expires_at=ends)
    assert (made.good_at(ends - 1), made.good_at(ends)) == (True, False)
    assert shelf.redis.pttl(keys.API_KEY(made.id)) == pytest.approx(60_000 + DEFAULT_RETENTION.ended_key_ms, abs=5000)
    shelf.ahead_ms += 61_000
    with pytest.raises(Conflict):
        shelf.store.rotate("acme", made.id, "d2", grace_s=0)


def test_the_last_use_is_written_at_most_once_a_minute(shelf: Shelf) -> None:
    made = shelf.make()
    assert made.last_used_at is None
    shelf.store.touch(made)
    used = shelf.store.get("acme", made.id).last_used_at
    shelf.ahead_ms += 20_000
    shelf.store.touch(made)
    assert shelf.store.get("acme", made.id).last_used_at == used
    shelf.ahead_ms += 41_000
    before = shelf.store.now_ms()
    shelf.store.touch(made)
    touched = shelf.store.get("acme", made.id).last_used_at
    assert touched is not None
    assert before <= touched <= shelf.store.now_ms()


def test_a_key_that_is_gone_is_not_made_again_by_its_use(shelf: Shelf) -> None:
    made = shelf.make()
    shelf.redis.delete(keys.API_KEY(made.id))
    shelf.store.touch(made)
    assert shelf.store.look_up(made.id).key is None
    assert shelf.store.page("acme") == []


def test_there_are_only_so_many_keys_and_those_that_are_gone_do_not_count(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "MAX_KEYS", 2)
    first = shelf.make("A")
    shelf.make("B", "d2")
    with pytest.raises(TooManyKeys):
        shelf.make("C", "d3")
    shelf.redis.delete(keys.API_KEY(first.id))
    shelf.make("C", "d3")


@pytest.mark.parametrize(
    ("task", "foreign"),
    [
        ("acme:job_1", True),
        ("acme:", True),
        ("acme", False),
        ("other:job_1", False),
        (":acme", False),
        ("acme/x:1", False),
    ],
)
@pytest.mark.parametrize("by", ["a key", "a task"])
def test_task_ids_of_an_organisation_are_known_once_it_has_a_key_or_has_sent_something(
    shelf: Shelf, task: str, foreign: bool, by: str
) -> None:
    store = RedisStore(shelf.redis)
    assert not store.is_foreign(task)
    if by == "a key":
        shelf.make()
    else:
        create(store, tenant="acme")
    assert store.is_foreign(task) is foreign
    assert not store.is_foreign("default:job_1"), "no id of its jobs begins so"

"""Requests on their way into a process: whoever sends much of them at once leaves room to others."""

import hypothesis.strategies as st
import redis
from hypothesis import given

from access.caller import Caller
from api.server.arriving import Arriving
from api.server.incoming import Incoming, remembering
from tests.support.keys import Doors

MOST = 80_000
#: What the process knows: two keys of one organisation, and one of another.
KNOWN = {
    "Bearer a1": Caller(tenant="acme", key_id="a1"), "Bearer a2": Caller(tenant="acme", key_id="a2"),
    "Bearer o": Caller(tenant="other", key_id="o"),
}  # fmt: skip
SHOWN = [*KNOWN, "Bearer nobody", None]


def of_process() -> Incoming:
    return Incoming(lambda header, cookie: KNOWN.get(header or ""), most=MOST)


def begin(incoming: Incoming, shown: str | None) -> Arriving:
    arriving = Arriving(0.0, most_body=10**6)
    key = f"Authorization: {shown}\r\n" if shown else ""
    arriving.feed(f"POST /v1/jobs HTTP/1.1\r\n{key}Content-Length: 1000000\r\n\r\n".encode())
    incoming.begin(arriving, "::1")
    return arriving


def grow(incoming: Incoming, arriving: Arriving, size: int) -> bytes:
    """The status that it is refused with, or nothing."""
    arriving.feed(b"x" * size)
    return incoming.grow(arriving)[9:12]


def fill(incoming: Incoming, shown: str | None) -> int:
    """How many bodies of a tenth find room."""
    for number in range(100):
        arriving = begin(incoming, shown)
        if grow(incoming, arriving, MOST // 10 - 100):
            incoming.end(arriving, "::1")
            return number
    raise AssertionError("there is always room")


def test_a_key_has_half_of_the_room_and_an_organisation_three_of_four_parts() -> None:
    incoming = of_process()
    assert [fill(incoming, shown) for shown in ("Bearer a1", "Bearer a2", "Bearer o")] == [5, 2, 3]


def test_all_who_are_not_known_have_half_of_it_together() -> None:
    incoming = of_process()
    assert [fill(incoming, shown) for shown in (None, "Bearer nobody", "Bearer o")] == [5, 0, 5]


def test_where_nobody_has_a_key_there_is_nobody_to_leave_room_to() -> None:
    assert fill(Incoming(lambda header, cookie: Caller(), most=MOST), None) == 10


def test_whose_share_is_taken_is_told_429_and_when_all_is_503() -> None:
    incoming = of_process()
    fill(incoming, "Bearer a1")
    answer = b""
    while not answer:
        arriving = begin(incoming, "Bearer a1")
        arriving.feed(b"x" * (MOST // 10))
        answer = incoming.grow(arriving)
    assert answer.startswith(b"HTTP/1.1 429 ")
    assert b"\r\nRetry-After: 5\r\n" in answer
    assert b"As much of this key is on its way in" in answer
    fill(incoming, "Bearer o")
    assert grow(incoming, begin(incoming, None), MOST // 5) == b"503"


@given(steps=st.lists(st.tuples(st.sampled_from(SHOWN), st.integers(1, MOST // 4), st.booleans()), max_size=60))
def test_whatever_one_of_them_sends_another_finds_room(steps: list[tuple[str | None, int, bool]]) -> None:
    incoming, there = of_process(), list[tuple[str | None, Arriving]]()
    for shown, size, ends in steps:
        if ends and there:
            incoming.end(there.pop(0)[1], "::1")
            continue
        arriving = begin(incoming, shown)
        if grow(incoming, arriving, size):
            incoming.end(arriving, "::1")
        else:
            there.append((shown, arriving))
        assert sum(len(each) for _, each in there) <= MOST
        if {shown for shown, _ in there} <= {"Bearer a1", "Bearer a2"}:
            other = begin(incoming, "Bearer o")
            assert not grow(incoming, other, MOST // 4 - 200)
            incoming.end(other, "::1")
    for _, arriving in there:
        incoming.end(arriving, "::1")
    assert incoming.of_address("::1") == 0
    assert fill(incoming, "Bearer o") == 5, "nothing is left of who has gone"


def test_a_process_knows_who_showed_a_key_or_a_session_before(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client)
    known = remembering(doors.app)
    key, token = doors.key("acme")
    header = f"Bearer {token.text}"
    assert known(header, None) is None
    client = doors.showing(token.text)
    assert client.get("/v1/jobs").status_code == 200
    assert (found := known(header, None)) is not None
    assert (found.tenant, found.key_id) == ("acme", key.id)
    assert client.post("/v1/session").status_code == 201
    cookie = client.get_cookie("kritiq_session")
    assert cookie is not None
    browser = doors.stranger()
    browser.set_cookie("kritiq_session", cookie.value)
    assert browser.get("/v1/jobs").status_code == 200
    assert known(None, f"a=b; kritiq_session={cookie.value}") == found
    assert known(None, "kritiq_session=x") is None
    assert known("Bearer x", f"kritiq_session={cookie.value}") is None

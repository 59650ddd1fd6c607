"""Bodies that threads wait for: whoever sends many of them, slowly, leaves places to others."""

import contextlib
import socket

import hypothesis.strategies as st
import pytest
from flask import Flask, g
from hypothesis import given

from access.caller import Caller
from api.server.connection import Replayed
from api.server.large_bodies import PATIENT, LargeBodies
from api.server.shares import Place
from jobs.errors import TooOften, Unavailable

#: Threads of a process unless it is said otherwise: eight of them wait.
THREADS = 32


def caller(tenant: str, number: int) -> Caller:
    return Caller(tenant=tenant, key_id=f"key_{tenant}{number}")


ACME, ACME2, OTHER, ZETA = caller("acme", 1), caller("acme", 2), caller("other", 1), caller("zeta", 1)


def fill(bodies: LargeBodies, sender: Caller | None) -> int:
    """How many places the sender still gets."""
    with contextlib.suppress(TooOften, Unavailable):
        for number in range(1000):  # noqa: B007
            bodies.take(sender)
    return number


def test_a_key_has_half_of_the_places_and_an_organisation_three_of_four() -> None:
    bodies = LargeBodies(THREADS)
    assert [fill(bodies, sender) for sender in (ACME, ACME2, OTHER, ZETA)] == [4, 2, 2, 0]
    with pytest.raises(TooOften, match=r"of this key .* \(4\)") as refused:
        bodies.take(ACME)
    assert refused.value.retry_after_s > 0
    with pytest.raises(TooOften, match=r"of your organisation .* \(6\)"):
        bodies.take(ACME2)
    with pytest.raises(Unavailable):
        bodies.take(ZETA)


def test_where_nobody_has_a_key_there_is_nobody_to_leave_places_to() -> None:
    bodies = LargeBodies(THREADS)
    assert fill(bodies, Caller()) == THREADS // PATIENT


def test_who_is_not_known_leaves_places_too() -> None:
    bodies = LargeBodies(THREADS)
    assert [fill(bodies, sender) for sender in (None, ACME)] == [4, 4]


@given(
    threads=st.integers(2, 64),
    steps=st.lists(st.tuples(st.sampled_from([ACME, ACME2, OTHER, None]), st.booleans()), max_size=60),
)
def test_whatever_one_organisation_holds_another_finds_a_place_if_there_are_two(
    threads: int, steps: list[tuple[Caller | None, bool]]
) -> None:
    bodies, most, held = LargeBodies(threads), max(1, threads // PATIENT), list[Place]()
    for sender, leaves in steps:
        if leaves and held:
            bodies.leave(held.pop(0))
        else:
            with contextlib.suppress(TooOften, Unavailable):
                held.append(bodies.take(sender))
        assert len(held) <= most
        if most > 1:
            assert all(held.count(each) < most for each in held)
            assert sum(each.tenant == "acme" for each in held) < most
            if {each.tenant for each in held} == {"acme"}:
                bodies.leave(bodies.take(ZETA))
    for place in held:
        bodies.leave(place)
    assert fill(bodies, Caller()) == most, "nothing is left of who has gone"


def test_the_place_is_that_of_whoever_makes_the_request_until_it_is_answered() -> None:
    bodies, app = LargeBodies(2 * PATIENT), Flask("test")
    with contextlib.ExitStack() as stack:
        ends = [stack.enter_context(contextlib.closing(end)) for _ in range(3) for end in socket.socketpair()]
        ours = [Replayed(end, bodies) for end in ends[::2]]
        for client in ends[1::2]:
            client.sendall(b"the rest")

        def read(replayed: Replayed, sender: Caller) -> bytes:
            with app.app_context():
                g.caller = sender
                return replayed.recv(100)

        first, second, third = ours
        assert read(first, ACME) == b"the rest"
        with pytest.raises(TooOften):
            read(second, ACME)
        assert read(third, OTHER) == b"the rest"
        first.answer()
        assert read(second, ACME) == b"the rest"

"""What a caller may touch, and which keys there may be."""

import pytest

from access.api_key import ApiKey, InvalidKey, checked
from access.caller import Caller
from access.scope import Scope
from jobs.errors import Forbidden


@pytest.mark.parametrize("needed", Scope)
def test_admin_may_everything_and_any_other_scope_only_itself(needed: Scope) -> None:
    assert Caller(scopes=frozenset({Scope.ADMIN})).may(needed)
    assert [scope for scope in Scope if Caller(scopes=frozenset({scope})).may(needed)] == list(
        dict.fromkeys([needed, Scope.ADMIN])
    )


def test_without_a_restriction_everything_is_seen() -> None:
    free = Caller()
    assert free.sees("adler")
    assert free.sees(None)
    assert free.sees_all(())
    free.demand(None)


def test_a_restricted_caller_sees_its_restaurants_and_nothing_that_has_none() -> None:
    bound = Caller(restaurants=frozenset({"adler", "krone"}))
    assert (bound.sees("adler"), bound.sees("hirsch"), bound.sees(None)) == (True, False, False)
    assert bound.sees_all(("adler",))
    assert not bound.sees_all(("adler", "hirsch"))
    assert not bound.sees_all(())
    for restaurant in ("hirsch", None):
        with pytest.raises(Forbidden):
            bound.demand(restaurant)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tenant": "Ä"}, {"tenant": "a:b"}, {"tenant": "-a"}, {"tenant": "a" * 41}, {"tenant": ""}, {"scopes": ()},
        {"name": "x" * 201}, {"restaurants": ("a b",)}, {"restaurants": ("a",), "scopes": (Scope.ADMIN,)},
        {"restaurants": tuple(map(str, range(101)))},
    ],
)  # fmt: skip
def test_a_key_that_may_not_be_is_refused(wrong: dict[str, object]) -> None:
    good = {"id": "key_000000000000", "tenant": "acme", "scopes": (Scope.JOBS_READ,)}
    checked(ApiKey(**good))  # type: ignore[arg-type]
    with pytest.raises(InvalidKey):
        checked(ApiKey(**good | wrong))  # type: ignore[arg-type]

"""What is encrypted comes back, with the keys that are in the folder now."""

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.text_keys import KeyFolder
from jobs.errors import TextKeyMissing
from jobs.request import JobRequest
from store.sealing import Sealing
from tests.support.clock import Clock
from tests.support.text_keys import NOON, sealing_of
from tests.unit.store.sealing.guests import TENANT, WORD


@given(
    st.builds(
        JobRequest,
        external_author=st.none() | st.text(max_size=20),
        metadata=st.none() | st.dictionaries(st.sampled_from(["sealed", "a", WORD]), st.text(max_size=20), max_size=2),
        webhook=st.none() | st.text(max_size=20),
        restaurant=st.none() | st.just("adler"),
    ),
    st.binary(max_size=50),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_request_and_every_text_comes_back(folder: KeyFolder, request_: JobRequest, text: bytes) -> None:
    sealing, plain = sealing_of(folder), sealing_of(folder, on=False)
    written = sealing.seal_request(TENANT, request_)
    assert sealing.open_request(TENANT, written) == plain.open_request(TENANT, written) == request_
    assert plain.open_request(TENANT, plain.seal_request(TENANT, request_)) == request_
    assert orjson.loads(written).get("restaurant") == request_.restaurant
    assert plain.open(TENANT, sealing.seal(TENANT, text)) == text


def test_a_file_that_is_looked_at_seldom_is_looked_at_at_once_for_a_key_that_nobody_knows(folder: KeyFolder) -> None:
    clock = Clock()
    ours = Sealing(folder, on=True, clock=lambda: clock() / 1000, now_ms=lambda: NOON)
    assert ours.open(TENANT, ours.seal(TENANT, b"x")) == b"x"
    folder.rotate(TENANT, NOON, after_s=0)
    assert ours.open(TENANT, sealing_of(folder).seal(TENANT, b"y")) == b"y"
    folder.delete(TENANT)
    assert ours.seal(TENANT, b"z") != b"z"
    clock.advance(1_000)
    with pytest.raises(TextKeyMissing):
        ours.seal(TENANT, b"z")

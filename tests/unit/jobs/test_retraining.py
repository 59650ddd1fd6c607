"""What versions of retrained models are called, and when one may have been asked for."""

import pytest

from jobs.retraining import LATEST_MS, moment, next_version

AT_MS = 1_796_022_723_412  # 2026-11-30T09:12:03.412Z


@pytest.mark.parametrize("version", ["1", "1.20261129-071203"])
def test_it_is_the_bases_with_the_time_which_takes_the_place_of_an_earlier_one(version: str) -> None:
    assert next_version(version, AT_MS) == "1.20261130-071203"


@pytest.mark.parametrize("wrong", ["1796022723412", 1.5, float("nan"), True, None, -1, LATEST_MS + 1, 10**30])
def test_a_time_that_is_none_is_refused_whoever_sends_it(wrong: object) -> None:
    with pytest.raises(ValueError, match="at_ms should be"):
        moment(wrong)


@pytest.mark.parametrize(("at_ms", "named"), [(0, "1.19700101-000000"), (LATEST_MS, "1.99991231-235959")])
def test_every_other_time_has_a_version(at_ms: int, named: str) -> None:
    assert next_version("1", moment(at_ms)) == named

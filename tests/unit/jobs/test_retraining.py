"""What versions of retrained models are called."""

import pytest

from jobs.retraining import next_version

AT_MS = 1_796_022_723_412  # 2026-11-30T09:12:03.412Z


@pytest.mark.parametrize("version", ["1", "1.20261129-071203"])
def test_it_is_the_bases_with_the_time_which_takes_the_place_of_an_earlier_one(version: str) -> None:
    assert next_version(version, AT_MS) == "1.20261130-071203"

"""The table as it is read: medians, ratios to direct prediction of the same rounds, and reasons."""

from bench.peers.figures import Row, median
from bench.peers.scale import FULL
from bench.peers.table import table
from tests.unit.bench.peers.test_plan import figures

DIRECT = [figures(300), figures(330), figures(310)]
SERVED = [
    figures(150, rate_p50_ms=20.0, rate_p99_ms=90.4, answered=500.0, bulk_s=60.0),
    figures(110, rate_p50_ms=30.0, rate_p99_ms=80.0, answered=498.0, bulk_s=45.0),
    figures(155, rate_p50_ms=22.0, rate_p99_ms=99.0, answered=500.0, bulk_s=40.0),
]


def test_each_figure_is_a_median_of_its_own() -> None:
    found = median(SERVED)
    assert (found.reviews_per_s, found.rate_p50_ms, found.rate_p99_ms, found.bulk_s) == (150, 22.0, 90.4, 45.0)


def test_what_does_not_apply_has_no_median() -> None:
    assert median(DIRECT).answered is None


def test_the_table_is_markdown_with_ratios_of_the_same_rounds() -> None:
    rows = [Row(title="direct", rounds=DIRECT, direct=DIRECT), Row(title="Served", rounds=SERVED, direct=DIRECT)]
    head, line, direct, served = table(rows, FULL, per_s=84.4).splitlines()
    assert head == (
        "|  | reviews/s, 64 clients (of direct) | idle p50 / p99 ms | 84/s open loop p50 / p99 ms"
        " | 10,000 reviews s (of direct's rate) | answered of 500 after SIGKILL |"
    )
    assert line == "| --- | --- | --- | --- | --- | --- |"
    assert direct == "| direct | 310 (1.00) | 9.0 / 15.0 | – | 30.0 (1.00) | – |"
    assert served == "| Served | 150 (0.50) | 9.0 / 15.0 | 22 / 90 | 45.0 (0.67) | 500 |"


def test_a_peer_that_was_not_measured_is_a_row_that_says_why() -> None:
    row = Row(title="TorchServe", direct=DIRECT, why_not="needs `java` | now")
    assert table([row], FULL, per_s=84).splitlines()[-1] == "| TorchServe | needs `java` / now | – | – | – | – |"

"""What one use of the network came to, in numbers."""

from dataclasses import replace

from telemetry.meter import Meter
from tests.support.factories import MODEL, TIMINGS, make_claim, succeeded
from worker.consumer.measures import Measures


def test_each_review_of_a_batch_is_measured_by_its_own_times() -> None:
    meter = Meter()
    outcomes = [
        replace(succeeded(make_claim()), timings=replace(TIMINGS, tokenize_ms=tokenize_ms, wait_ms=wait_ms))
        for tokenize_ms, wait_ms in ((1, 10), (1, 10), (4, 200))
    ]
    Measures(meter, model=MODEL, device="cpu").judged(outcomes, sentences=3, tokens=30, seconds=0.1)
    counts = meter.take()
    sums = {name.split("|")[1]: count for name, count in counts.items() if name.endswith("#sum") and "|" in name}
    assert (sums["tokenize#sum"], sums["wait#sum"]) == (6_000, 220_000)

"""What a process counts, until it tells."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from telemetry.meter import MILLION, Meter, parts
from telemetry.metric import FENCED, HTTP_REQUESTS, HTTP_SECONDS, METRICS, SECONDS


def test_what_is_told_is_counted_anew() -> None:
    meter = Meter()
    meter.count(HTTP_REQUESTS, "GET", "/v1/jobs", "200", by=2)
    assert meter.take() == {"kritiq_http_requests|GET|/v1/jobs|200": 2}
    assert meter.take() == {}


@given(st.floats(0, 1000), st.integers(1, 100))
def test_a_duration_falls_into_the_first_bucket_that_is_no_shorter(seconds: float, times: int) -> None:
    meter = Meter()
    meter.observe(HTTP_SECONDS, seconds, "GET", "/", times=times)
    found = {parts(field)[2]: count for field, count in meter.take().items()}
    total = found.pop(-1)
    assert abs(total / MILLION - seconds * times) <= 1e-6 * times
    [(bucket, count)] = found.items()
    assert count == times
    assert bucket is not None
    assert (SECONDS[bucket - 1] if bucket else -1) < seconds <= (*SECONDS, float("inf"))[bucket]


@given(st.lists(st.floats(0, 1000), max_size=20))
def test_many_that_are_measured_at_once_count_as_one_by_one(values: list[float]) -> None:
    at_once, one_by_one = Meter(now=lambda: 1.0), Meter(now=lambda: 1.0)
    places = [f"00-{number + 1:032x}-{1:016x}-{number % 2:02x}" for number, _ in enumerate(values)]
    at_once.observe_all(HTTP_SECONDS, values, "GET", "/", places=places)
    for value, place in zip(values, places, strict=True):
        one_by_one.observe(HTTP_SECONDS, value, "GET", "/", place=place)
    assert at_once.take_exemplars() == one_by_one.take_exemplars()
    found, wanted = at_once.take(), one_by_one.take()
    total = "kritiq_http_request_duration_seconds|GET|/#sum"
    # Each was rounded to a millionth.
    assert abs(found.pop(total, 0) - wanted.pop(total, 0)) <= len(values)
    assert found == wanted


@given(st.text(max_size=20))
def test_a_label_cannot_pass_for_two(label: str) -> None:
    meter = Meter()
    meter.count(HTTP_REQUESTS, label, "b", "c")
    [field] = meter.take()
    assert len(parts(field)[1]) == len(HTTP_REQUESTS.labels)
    assert parts(field)[2] is None


def test_threads_lose_no_count() -> None:
    meter = Meter()

    def work() -> None:
        for _ in range(1000):
            meter.count(FENCED)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meter.take() == {"kritiq_results_fenced": 4000}


def test_a_meter_that_is_off_keeps_nothing() -> None:
    meter = Meter(on=False)
    meter.count(HTTP_REQUESTS, "GET", "/", "200")
    meter.observe(HTTP_SECONDS, 1.0, "GET", "/")
    assert meter.take() == {}


def test_every_bound_of_a_histogram_is_beyond_the_one_before() -> None:
    for metric in METRICS.values():
        assert list(metric.buckets) == sorted(set(metric.buckets)), metric.name

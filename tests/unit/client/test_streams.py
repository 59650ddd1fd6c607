"""Events and results out of streams that break, for both clients; the parsers under any cutting."""

import json
from collections.abc import Sequence

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kritiq_client import (
    ChangedDelivery,
    ChangedJob,
    Changes,
    Counts,
    Forbidden,
    Gone,
    NotFound,
    Progress,
    Retries,
    TransportError,
)
from kritiq_client.sse import EventParser, LineParser, ServerEvent
from tests.unit.client.shells import Both, Pieces, Script, answer, job, problem

both_kinds = pytest.mark.parametrize("kind", ["sync", "async"])


def event(version: int, status: str) -> bytes:
    return f"id: {version}\nevent: job\ndata: {json.dumps(job(status, version))}\n\n".encode()


def stream(*pieces: bytes, broken: bool = False) -> httpx.Response:
    return httpx.Response(200, stream=Pieces(*pieces, broken=broken))


@both_kinds
def test_events_go_on_behind_the_last_one_when_the_stream_breaks(kind: str) -> None:
    script = Script(
        stream(b"retry: 3000\n\n", event(1, "queued"), b"id: 2\nevent: job\nda", broken=True),
        httpx.ConnectError("refused"),
        stream(event(2, "running")),
        stream(event(3, "succeeded")),
    )
    both = Both(kind, script)
    assert [seen.status for seen in both.events("job_1")] == ["queued", "running", "succeeded"]
    assert [request.headers.get("last-event-id") for request in script.asked] == [None, "1", "1", "2"]
    # A broken stream and a refused connection are failures; the one that ended in order is paused for as it asked.
    assert both.time.slept == pytest.approx([0.25, 0.5, 3.6])


@both_kinds
def test_a_long_review_tells_how_far_it_is(kind: str) -> None:
    running = json.dumps(job("running", 3) | {"progress": {"done": 120, "total": 300}})
    script = Script(stream(b"id: 3\nevent: job\ndata: %s\n\n" % running.encode(), event(4, "succeeded")))
    seen = list(Both(kind, script).events("job_1"))
    assert [each.progress for each in seen] == [Progress(done=120, total=300), None]


@both_kinds
def test_a_batch_is_heard_of_at_every_change_until_it_has_ended(kind: str) -> None:
    def change(version: int, status: str, waiting: int) -> bytes:
        counts = {"total": 4, "waiting": waiting, "succeeded": 4 - waiting, "failed": 0, "canceled": 0, "expired": 0}
        batch = {"id": "b", "status": status, "version": version, "counts": counts}
        data = json.dumps(batch | {"created_at": "2026-11-14T09:30:00Z"})
        return f"id: {version}\nevent: batch\ndata: {data}\n\n".encode()

    end = b'event: end\ndata: {"detail": "Nothing follows."}\n\n'
    script = Script(
        stream(change(1, "running", 4), b": still here\n\n", change(2, "running", 2), broken=True),
        stream(change(3, "completed", 0), end),
    )
    seen = list(Both(kind, script).batch_events("b"))
    assert [(batch.status, batch.counts.waiting) for batch in seen] == [
        ("running", 4), ("running", 2), ("completed", 0),
    ]  # fmt: skip
    assert [request.headers.get("last-event-id") for request in script.asked] == [None, "2"]


@both_kinds
def test_who_listens_to_all_goes_on_when_the_stream_ends(kind: str) -> None:
    queue = {"waiting": {"normal": {"jobs": 1, "sentences": 2}}, "running_sentences": 0, "capacity_sentences": 0}
    counts = {"total": 2, "waiting": 1, "succeeded": 1, "failed": 0, "canceled": 0, "expired": 0}
    first = {"complete": False, "jobs": [], "batches": [], "deliveries": [], "queue": {**queue, "workers": 1}}
    batch = {"id": "batch_1", "status": "running", "version": 2, "counts": counts}
    then = {
        "complete": True, "jobs": [{"id": "job_1", "status": "deleted", "version": 0}], "batches": [batch],
        "deliveries": [{"id": "msg_1", "status": "succeeded"}], "queue": None,
    }  # fmt: skip
    end = b'event: end\ndata: {"detail": "Come again."}\n\n'
    told = [b"event: changes\ndata: %s\n\n" % json.dumps(body).encode() for body in (first, then)]
    script = Script(stream(b"retry: 1000\n\n", *told, end), stream(told[0]), problem(403, "insufficient-scope"))
    heard = list[Changes]()
    with pytest.raises(Forbidden):
        Both(kind, script).take("listen", heard)
    assert [changes.complete for changes in heard] == [False, True, False]
    assert (heard[0].queue and heard[0].queue.waiting["normal"].jobs, heard[1].queue) == (1, None)
    assert heard[1].jobs == (ChangedJob(id="job_1", status="deleted", version=0),)
    assert heard[1].batches[0].counts == Counts(**counts)
    assert heard[1].deliveries == (ChangedDelivery(id="msg_1", status="succeeded"),)
    assert {request.url.path for request in script.asked} == {"/v1/events"}


@both_kinds
def test_a_batch_that_is_deleted_under_its_results_is_gone(kind: str) -> None:
    counts = {"total": 2, "waiting": 2, "succeeded": 0, "failed": 0, "canceled": 0, "expired": 0}
    batch = {"id": "b", "status": "running", "version": 1, "counts": counts, "created_at": "2026-11-14T09:30:00Z"}
    line = b'{"line": 1, "custom_id": null, "status": "succeeded"}\n'
    script = Script(answer(200, batch), stream(b"\n", line, b"\n\n"), problem(410, "gone"))
    with pytest.raises(Gone):
        Both(kind, script).batch_results("b")


@both_kinds
def test_a_stream_that_never_says_anything_is_given_up(kind: str) -> None:
    both = Both(kind, Script(*[stream(b": hello\n\n") for _ in range(3)]), Retries(attempts=3))
    with pytest.raises(TransportError, match="without news"):
        both.events("job_1")


@both_kinds
def test_a_job_that_does_not_exist_has_no_events(kind: str) -> None:
    with pytest.raises(NotFound):
        Both(kind, Script(problem(404, "not-found"))).events("job_1")


@both_kinds
def test_results_go_on_behind_the_last_whole_line(kind: str) -> None:
    def line(number: int) -> bytes:
        return json.dumps({"line": number, "custom_id": None, "status": "succeeded"}).encode() + b"\n"

    counts = {"total": 4, "waiting": 4, "succeeded": 0, "failed": 0, "canceled": 0, "expired": 0}
    batch = {"id": "b", "status": "running", "version": 1, "counts": counts, "created_at": "2026-11-14T09:30:00Z"}
    script = Script(
        answer(200, batch),
        stream(line(1), line(2) + line(3)[:9], broken=True),
        # A service that begins earlier than asked for hands out nothing twice.
        stream(line(2), line(3)),
        stream(line(4)),
    )
    assert [found.line for found in Both(kind, script).batch_results("b")] == [1, 2, 3, 4]
    assert [request.url.params.get("after") for request in script.asked] == [None, "0", "2", "3"]


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    return [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


#: Values as the standard can carry them: on one line, and ids without NUL.
value = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=("Cs",)), max_size=8)
events = st.lists(st.tuples(value.filter(bool), st.lists(value, min_size=1, max_size=3), value), max_size=6)
ends = st.sampled_from(["\n", "\r", "\r\n"])
cuts = st.lists(st.integers(0, 400), max_size=20)


@given(events=events, end=ends, comment=value, bom=st.booleans(), cuts=cuts)
def test_events_are_the_same_however_the_bytes_are_cut(
    events: list[tuple[str, list[str], str]], end: str, comment: str, bom: bool, cuts: list[int]
) -> None:
    lines = [line for name, data, number in events for line in (
        f":{comment}", f"event: {name}", *(f"data: {part}" for part in data), f"id: {number}", "unknown: x", "",
    )]  # fmt: skip
    text = ("\ufeff" if bom else "") + "".join(line + end for line in lines)
    parser = EventParser()
    found = [event for piece in pieces(text.encode(), cuts) for event in parser.feed(piece)]
    assert found == [ServerEvent(event=name, data="\n".join(data), id=number) for name, data, number in events]


@given(data=st.binary(max_size=200), cuts=cuts)
def test_any_bytes_give_the_same_events_whole_and_in_pieces(data: bytes, cuts: list[int]) -> None:
    whole, parts = EventParser(), EventParser()
    assert whole.feed(data) == [event for piece in pieces(data, cuts) for event in parts.feed(piece)]
    assert (whole.last_id, whole.retry_s) == (parts.last_id, parts.retry_s)


@given(rows=st.lists(st.binary(min_size=1, max_size=9).filter(lambda row: b"\n" not in row and row.strip())), cuts=cuts)
def test_lines_are_the_same_however_the_bytes_are_cut(rows: list[bytes], cuts: list[int]) -> None:
    parser = LineParser()
    data = b"".join(row + b"\n" for row in rows) + b"half a li"
    assert [line for piece in pieces(data, cuts) for line in parser.feed(piece)] == rows

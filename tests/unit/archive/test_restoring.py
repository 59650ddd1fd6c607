"""What an archive exported, imported again, is the same archive."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from archive import importing
from archive.changes import Put
from archive.export import exported
from archive.importing import BadLine, Imported, Origin, put_lines
from archive.reading import Reader, Wanted
from archive.review import CorrectionRow, Kept, Opinion, Review, Sentence
from archive.schema import open_archive, prepare
from archive.sink import Sink
from archive.tables import OF_REVIEWS, SUMS, batches, feedback, reviews
from store.key import author_digest
from tests.support.commands import Kritiq
from tests.support.factories import make_settings
from tests.support.text_keys import make_folder, sealing_of
from tests.unit.archive.generated import FIRST, feedback_on, make_reviews, put, tell

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ODD = (
    "",
    "Käse & Brötchen",
    "a\nb\r\nc",
    "=cmd|' /c calc'!A1",
    "😡👩\u200d👧",
    "\u2028\x85",
    "مطعم",
    "\\N",
    "'; --",
    "x" * 9_000,
)
TEXT = st.one_of(st.none(), st.sampled_from(ODD))
WORD = st.sampled_from(["adler", "gä-ß", "../x", "<script>"])
TIME = st.datetimes(datetime(1969, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)
)
SURE = st.floats(0, 1)


@st.composite
def sentence(draw: st.DrawFn, number: int) -> Sentence:
    spans = st.one_of(st.none(), st.just(((0, 4), (7, 9))), st.just(()))
    opinions = tuple(
        Opinion(aspect, draw(st.sampled_from(["positive", "conflict"])), draw(SURE), draw(FLAG), draw(spans))
        for aspect in sorted(draw(st.sets(st.sampled_from(["food", "price", "eigener Aspekt"]), max_size=2)))
    )
    unmentioned = draw(st.dictionaries(st.sampled_from(["style"]), SURE))
    return Sentence(number, number * 10, number * 10 + 9, draw(TEXT), opinions, draw(FLAG), unmentioned)


FLAG = st.sampled_from([None, True, False])


@st.composite
def review(draw: st.DrawFn, job_id: str, line: int) -> Review:
    of_batch, language = line > 0, draw(st.sampled_from(["de", None]))
    sentences = tuple(draw(sentence(number)) for number in range(draw(st.integers(0, 2)))) if language else ()
    author, model = draw(TEXT), draw(st.sampled_from([("kritiq-mini", "1"), ("kritiq-mini", None), (None, None)]))
    details = {"retry_of": draw(WORD)} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        details["choice"] = draw(st.sampled_from([{"alias": "default"}, {"alias": "a", "share": 10}]))
    if language and draw(st.booleans()):
        details["language_known"] = False
    whole = draw(st.booleans())
    people = [
        CorrectionRow(0, aspect, "none", "positive", draw(st.one_of(st.none(), SURE)), *model, by,
             None if by is None else author_digest(by), draw(TIME))
        for aspect in sorted(draw(st.sets(st.sampled_from(["food", "style"])))) for by in [draw(TEXT) or None]
    ] if sentences else []  # fmt: skip
    return Review(
        tenant="default", job_id=job_id, line=line, version=draw(st.integers(1, 9)),
        batch_id="batch_1" if of_batch else None, custom_id=draw(TEXT),
        status="succeeded" if language else draw(st.sampled_from(["failed", "expired"])),
        error_code=draw(st.sampled_from([None, "expired"])), restaurant=draw(st.one_of(st.none(), WORD)),
        author=author, day=draw(st.dates(date(1969, 12, 30), date(2030, 1, 2))), created_at=draw(TIME),
        finished_at=draw(TIME), forget_at=draw(st.one_of(st.none(), TIME)), language=language, model=model[0],
        model_version=model[1], text=draw(TEXT),
        metadata=draw(st.sampled_from([None, '{"a":{"b":[1,null,"ä"]}}'])), sentences=sentences,
        attempt=1 if of_batch else draw(st.sampled_from([None, 2])), priority=draw(st.sampled_from([None, "high"])),
        error_message=draw(TEXT), reviewed_at=draw(st.sampled_from([None, "2026-10-25T02:30:00+01:00"])),
        started_at=draw(st.one_of(st.none(), TIME)), overall="positive" if whole else None,
        overall_confidence=draw(SURE) if whole else None,
        details=orjson.dumps(details).decode() if details or (of_batch and language) else None,
        warnings=draw(st.sampled_from([None, '["sonderbar: \\"ä\\""]'])), feedback=tuple(people),
    )  # fmt: skip


@st.composite
def archives(draw: st.DrawFn) -> list[Review]:
    """Single jobs, and lines of a batch's chunks, which were written on whatever days."""
    singles = [draw(review(f"job_{number}", 0)) for number in range(draw(st.integers(0, 3)))]
    lines = [draw(review(f"chunk_{line % 2}", line)) for line in range(1, draw(st.integers(0, 5)) + 1)]
    return singles + lines


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Engine]:
    """The archive that is exported."""
    made = open_archive(make_settings(data_dir=tmp_path / "before"))
    prepare(made)
    yield made
    made.dispose()


def emptied(engine: Engine) -> Sink:
    with engine.execution_options(writes=True).begin() as connection:
        for table in (*OF_REVIEWS, *SUMS):
            connection.execute(table.delete())
    return Sink(engine)


def fill(sink: Sink, found: list[Review]) -> None:
    jobs: dict[str, list[Review]] = {}
    for each in found:
        jobs.setdefault(each.job_id, []).append(each)
    puts = [Put(tenant="default", job_id=name, reviews=tuple(own)) for name, own in jobs.items()]
    sink.apply(puts, after=sink.place(), to=sink.place())


def lines_of(engine: Engine) -> list[bytes]:
    wanted = Wanted(tenant="default", first=date.min, last=date.max)
    return b"".join(exported(Reader(engine).reviews(wanted), "jsonl")).split(b"\n")


def tables(engine: Engine) -> dict[str, list[Any]]:
    """All that an archive has, but for what an export does not tell."""
    with engine.begin() as connection:
        return {
            table.name: sorted(
                repr([value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in row])
                for row in connection.execute(
                    select(*(column for column in table.c if column is not batches.c.restaurant))
                )
            )
            for table in (*OF_REVIEWS, *SUMS)
        }


def restore(sink: Sink, lines: list[bytes], kept: Kept | None = None) -> Imported:
    *_, done = put_lines(sink, lines, Origin(tenant="default"), kept or Kept(), NOW)
    return done


@settings(
    max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(made=archives())
def test_an_export_imported_again_is_the_same_archive_also_twice(
    before: Engine, either: Engine, made: list[Review]
) -> None:
    fill(emptied(before), made)
    lines, sink = lines_of(before), emptied(either)
    with pytest.MonkeyPatch.context() as patch:
        # So few that lines of one chunk are in several transactions.
        patch.setattr(importing, "MOST", 2)
        for had in (0, len(made)):
            if made:
                assert restore(sink, lines) == Imported(lines=len(made), replaced=had)
            assert lines_of(either) == lines
            assert tables(either) == tables(before)


def test_what_the_archive_has_beside_it_stays_also_in_the_same_chunk(either: Engine) -> None:
    sink, one = Sink(either), make_reviews(1)[0]
    chunk = [one._replace(job_id="chunk_1", batch_id="batch_1", line=line, restaurant="adler") for line in (1, 2)]
    with_restaurant = [each._replace(batch_restaurant="krone") for each in chunk]
    fill(sink, with_restaurant)
    told = feedback_on(make_reviews(9))
    put(sink, make_reviews(9))
    tell(sink, told)
    before = tables(either)
    # Of one line that an older export has.
    (line,) = [each for each in lines_of(either) if b'"line":2' in each]
    assert restore(sink, [line]) == Imported(lines=1, replaced=1)
    with either.begin() as connection:
        assert connection.execute(select(batches.c.restaurant)).scalar_one() == "krone"
    assert tables(either) == before


def test_a_review_is_kept_no_longer_than_it_was_to_be_and_than_is_said_now(either: Engine) -> None:
    sink = Sink(either)
    soon, late = NOW + timedelta(days=3), NOW + timedelta(days=99)
    fill(sink, [one._replace(forget_at=end) for one, end in zip(make_reviews(3), (soon, late, None), strict=True)])
    lines = lines_of(either)
    restore(sink, lines, Kept(days=30))
    with either.begin() as connection:
        asked = select(reviews.c.forget_at).order_by(reviews.c.job_id)
        ends = [end.replace(tzinfo=UTC) for end in connection.execute(asked).scalars()]
    assert ends == [soon, NOW + timedelta(days=30), NOW + timedelta(days=30)]


def test_without_texts_none_comes_in(either: Engine) -> None:
    sink = Sink(either)
    one = make_reviews(9)[5]._replace(metadata='{"a":"Zeisig"}', warnings='["Zeisig"]', text="Zeisig", sentences=(
        Sentence(0, 0, 6, "Zeisig", (Opinion("food", "positive", 0.9),)),
    ))  # fmt: skip
    fill(sink, [one])
    restore(sink, lines_of(either), Kept(texts=False))
    assert "Zeisig" not in repr(tables(either))
    assert "food" in repr(tables(either))


def test_who_said_something_is_hidden_where_texts_are_encrypted(either: Engine, tmp_path: Path) -> None:
    sink, sealing = Sink(either), sealing_of(make_folder(tmp_path / "keys"))
    put(sink, make_reviews(9))
    tell(sink, feedback_on(make_reviews(9)))
    lines = lines_of(either)
    restore(Sink(either, sealing), lines)
    with either.begin() as connection:
        found = connection.execute(select(feedback.c.said_by, feedback.c.said_by_digest)).all()
        assert {by for by, _ in found} == {None}
        assert sealing.author("default", "anna") in {digest for _, digest in found}
        assert "Satz" not in repr(connection.execute(select(reviews)).all())


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"tenant": "acme"}, "Line 2 was exported of another organisation than default: say --tenant."),
        ({"day": "gestern"}, "Line 2 is no line of results: see day."),
        ({"metadata": "sealed"}, "Line 2 is no line of results: see metadata."),
        ({"created_at": "2026-10-01T10:00:00"}, "Line 2 is no line of results: see created_at."),
        ({"something_new": 1}, "Line 2 is no line of results: see something_new."),
    ],
)
def test_a_line_that_is_no_export_of_this_organisation_is_named(
    engine: Engine, wrong: dict[str, Any], why: str
) -> None:
    sink = Sink(engine)
    fill(sink, make_reviews(2))
    first, second, _ = lines_of(engine)
    with pytest.raises(BadLine) as caught:
        restore(sink, [first, orjson.dumps({**json.loads(second), **wrong})])
    assert str(caught.value) == why


def test_the_command_reads_what_the_other_one_wrote(kritiq: Kritiq, engine: Engine, tmp_path: Path) -> None:
    put(Sink(engine), make_reviews(30))
    out = tmp_path / "year.jsonl"
    asked = ("archive", "export", "--from", "2026-01-01", "--to", "2026-12-31", "--format", "jsonl", "--out", str(out))
    kritiq(*asked)
    emptied(engine)
    assert FIRST.isoformat() <= json.loads(out.read_bytes().splitlines()[0])["day"]
    assert "30 lines are in the archive" in kritiq("archive", "import", out).output
    first = out.read_bytes()
    kritiq(*asked)
    assert out.read_bytes() == first

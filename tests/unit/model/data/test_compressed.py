"""Labelled data may come compressed: every format, under any name, in folders."""

import bz2
import gzip
import io
import json
import lzma
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from model.data import compressed
from model.data.dataset import read as read_lines
from model.data.dataset import read_texts
from model.data.labelled import read
from model.data.reading import read_file
from model.errors import DataError
from model.evaluation.faithfulness import read_marked
from model.scheme import DEFAULT_SCHEME
from model.training.word_lists import read_words
from tests.unit.model.data.samples import SAMPLES, found, run, written


def zipped(*files: bytes) -> bytes:
    """A ZIP of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(files):
            archive.writestr(f"{number}.xml", data)
    return made.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zip": zipped,
}  # fmt: skip
GOOD = json.dumps({"text": "Käse fehlt.", "aspects": {"food": "negative"}}).encode()


@pytest.mark.parametrize("form", SAMPLES)
@pytest.mark.parametrize("packer", PACKERS.values(), ids=PACKERS)
def test_every_format_is_read_from_every_kind(tmp_path: Path, form: str, packer: Callable[[bytes], bytes]) -> None:
    content, expected = SAMPLES[form]
    reading = read_file(written(tmp_path, packer(content.encode())))
    assert (reading.form, found(reading)) == (form, expected)


@pytest.mark.parametrize("ending", PACKERS)
def test_whatever_reads_labels_or_texts_reads_them_compressed(tmp_path: Path, ending: str) -> None:
    pack = PACKERS[ending]
    lines = written(tmp_path, pack(GOOD), f"a.jsonl{ending}")
    plain = read_lines([written(tmp_path, GOOD, "a.jsonl")], DEFAULT_SCHEME)
    assert read([lines], DEFAULT_SCHEME) == read_lines([lines], DEFAULT_SCHEME) == plain
    assert read_texts([lines]) == ["Käse fehlt."]
    marked = [{"text": "Kalt.", "language": "de", "aspects": {"food": "negative"}, "evidence": {"food": ["Kalt"]}}]
    assert read_marked(written(tmp_path, pack(json.dumps(marked).encode()), "marked"))[0].text == "Kalt."
    words = pack(b'<sentiment><word form="kalt" polarity="-0.5"/></sentiment>')
    assert [word.form for word in read_words(written(tmp_path, words, f"words.xml{ending}"))] == ["kalt"]
    assert run("corpus", "shares", lines).exit_code == run("convert", lines, tmp_path / "out.jsonl").exit_code == 0


def test_a_wrong_line_of_ours_is_a_mistake_compressed_or_not(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl\.gz:2: expected"):
        read([written(tmp_path, gzip.compress(GOOD + b"\n{}\n"), "a.jsonl.gz")], DEFAULT_SCHEME)


def test_a_folder_has_compressed_files_at_the_same_places_and_in_the_same_batches(tmp_path: Path) -> None:
    texts = {"b": "Zwei.", "a": "Eins.", "c": "Drei."}
    for folder, packed in (("one", ""), ("two", "b")):
        (tmp_path / folder / "set").mkdir(parents=True)
        for name, text in texts.items():
            data = json.dumps({"text": text, "aspects": {"food": "positive"}}).encode()
            path = tmp_path / folder / "set" / f"{name}.jsonl{'.gz' if name in packed else ''}"
            path.write_bytes(gzip.compress(data) if name in packed else data)
    plain, mixed = (read_lines([tmp_path / folder / "set"], DEFAULT_SCHEME) for folder in ("one", "two"))
    assert mixed == plain
    assert [(each.batch, each.text) for each in plain] == [("set/a", "Eins."), ("set/b", "Zwei."), ("set/c", "Drei.")]
    written(tmp_path / "two" / "set", bz2.compress(GOOD), "c.jsonl.bz2")
    with pytest.raises(DataError, match=r"c\.jsonl and .*c\.jsonl\.bz2 are one file in two forms"):
        read_lines([tmp_path / "two"], DEFAULT_SCHEME)


@pytest.mark.parametrize(
    ("content", "why"),
    [(pack(GOOD)[:-9], "cannot be unpacked|workbook") for pack in PACKERS.values()]
    + [(b"\x1f\x8b" + GOOD, "cannot be unpacked"), (zipped(GOOD, GOOD), "an archive of several files")],
    ids=[*(f"cut{ending}" for ending in PACKERS), "only marked", "several files"],
)
def test_what_cannot_be_unpacked_is_named_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    file = written(tmp_path, content, "labels.jsonl")
    for command in (("convert", file, tmp_path / "out"), ("corpus", "shares", file)):
        done = run(*command)
        assert (done.exit_code, done.output.count("\n")) == (1, 1), done.output
        assert "labels.jsonl" in done.output
    with pytest.raises(DataError, match=why):
        read_file(file)


def test_what_would_fill_the_memory_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "MOST_BYTES", len(GOOD) - 1)
    with pytest.raises(DataError, match=r"labels\.jsonl unpacks to more than"):
        read_file(written(tmp_path, gzip.compress(GOOD), "labels.jsonl"))


def test_without_the_client_only_compressed_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "kritiq_client"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "kritiq_client", None)
    assert read_file(written(tmp_path, GOOD)).examples
    with pytest.raises(DataError, match="kritiq_client, which unpacks it, is not installed here"):
        read_file(written(tmp_path, gzip.compress(GOOD)))

"""Compressed files are read as what is in them."""

import bz2
import gzip
import io
import lzma
import zipfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.compression import unpacked
from kritiq_client.bulk.records import BadInput
from kritiq_client.bulk.source import Source, seekable
from model.offline.opening import opened
from tests.unit.client.files import judged

TABLE = "id;text\n7;Das Essen war gut.\n8;Käse fehlt.\n".encode()
WANTED = [("7", "Das Essen war gut."), ("8", "Käse fehlt.")]


def zipped(files: dict[str, bytes]) -> bytes:
    """A ZIP of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


PACKED = {
    "reviews.csv.gz": gzip.compress(TABLE),
    "reviews.csv.bz2": bz2.compress(TABLE),
    "reviews.csv.xz": lzma.compress(TABLE),
    "two members.csv.gz": gzip.compress(TABLE[:20]) + gzip.compress(TABLE[20:]),
    "reviews.zip": zipped({"export/": b"", "export/reviews.csv": TABLE, "__MACOSX/export/._reviews.csv": b"\0\5"}),
    # A name says nothing.
    "reviews.csv": gzip.compress(TABLE),
    "reviews": bz2.compress(TABLE),
}


def read(path: Path) -> list[tuple[str | None, str]]:
    with seekable(path) as file:
        source = Source.of(file, path.name, columns=Columns())
        assert list(source.rows()) == list(source.rows())
        return judged(list(source.rows()))


@pytest.mark.parametrize(("name", "data"), PACKED.items(), ids=PACKED)
def test_a_compressed_file_is_read_as_what_is_in_it(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    assert read(tmp_path / name) == WANTED


def test_so_is_one_in_an_object_store(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv.gz").write_bytes(gzip.compress(TABLE))
    with opened(f"file://{tmp_path}/reviews.csv.gz") as file:
        assert file.read() == TABLE


BROKEN = {
    "it breaks off": gzip.compress(TABLE)[:-12],
    "its checksum is wrong": gzip.compress(TABLE)[:-8] + b"\0" * 8,
    "there is something else in it": b"\x1f\x8b" + TABLE,
    "xz breaks off": lzma.compress(TABLE)[:-12],
    "bzip2 breaks off": bz2.compress(TABLE)[:-12],
    "a ZIP breaks off": zipped({"a.csv": TABLE})[:-12],
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_unpacked_is_no_shorter_one(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(BadInput, match=r"cannot be (unpacked|read)"):
        read(tmp_path / "a")


#: Each way in which a file may be packed.
PACKERS = {
    "gzip": partial(gzip.compress, mtime=0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "ZIP": lambda data: zipped({"a": data}),
}


def what_is_in(data: bytes) -> bytes | str:
    """What is in a file, or "refused" where that is told with its name."""
    try:
        with unpacked(io.BytesIO(data), "a.csv") as file:
            return file.read()
    except BadInput as error:
        return "refused" if str(error).startswith("a.csv ") else str(error)


@pytest.mark.parametrize("form", PACKERS)
@given(data=st.binary(max_size=200), place=st.floats(0, 1, exclude_max=True), change=st.integers(0, 255))
def test_what_is_damaged_anywhere_is_never_read_as_something_else(
    form: str, data: bytes, place: float, change: int
) -> None:
    packed = PACKERS[form](data)
    at = int(place * len(packed))
    turned = packed[:at] + bytes([packed[at] ^ change]) + packed[at + 1 :]
    for damaged in (turned, packed[:at]):
        # Of what nobody knows as packed any more the reader of its format says what is wrong.
        assert what_is_in(damaged) in (data, damaged, "refused")
    assert what_is_in(packed) == data


@pytest.mark.parametrize("form", PACKERS)
def test_what_unpacks_to_more_than_a_disk_should_hold_is_not_unpacked(form: str) -> None:
    most = 2**20
    with unpacked(io.BytesIO(PACKERS[form](b"a" * most)), "a.csv", most) as file:
        assert len(file.read()) == most
    with (
        pytest.raises(BadInput, match=r"^a\.csv unpacks to more than"),
        unpacked(io.BytesIO(PACKERS[form](b"a" * (most + 1))), "a.csv", most),
    ):
        raise AssertionError("it was unpacked")


def test_an_archive_with_a_password_is_told_what_helps(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": TABLE}))
    # Bit 0 of the flags, of the file and in the directory (APPNOTE 4.4.4).
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(BadInput, match="password"):
        read(tmp_path / "a.zip")


def test_of_an_archive_with_several_files_none_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.csv": TABLE, "b.csv": TABLE}))
    with pytest.raises(BadInput, match="unpack it if it is an archive"):
        read(tmp_path / "a.zip")

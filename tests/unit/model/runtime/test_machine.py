"""Which machines are of one kind."""

from pathlib import Path

from model.runtime.machine import machine_kind, processor


def told(folder: Path, flags: str) -> Path:
    path = folder / "cpuinfo"
    path.write_text(f"processor\t: 0\nmodel name\t: A Processor\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t: none\n")
    return path


def test_it_is_what_the_processor_can_do_in_whatever_order_it_is_told(tmp_path: Path) -> None:
    kinds = [machine_kind(told(tmp_path, flags)) for flags in ("fma avx2", "avx2 fma", "avx2 fma amx_bf16")]
    assert kinds[0] == kinds[1] != kinds[2]


def test_a_system_that_tells_nothing_has_a_kind_too(tmp_path: Path) -> None:
    assert machine_kind(tmp_path / "nothing") == machine_kind(tmp_path / "nothing")
    assert processor(tmp_path / "nothing")


def test_the_processor_is_called_what_the_system_calls_it(tmp_path: Path) -> None:
    assert processor(told(tmp_path, "fma")) == "A Processor"

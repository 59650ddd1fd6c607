"""Other ways to run a version's network: made, held against it, listed, and run where they can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from model.artifact import programs, running
from model.artifact.agreement import TOLERANCE
from model.artifact.card import VARIANTS
from model.artifact.export import export
from model.artifact.facts import facts_of
from model.artifact.legacy_checkpoint import convert
from model.artifact.manifest import MANIFEST, read_manifest
from model.artifact.variants import FILES, Variant
from model.cli.export import export_command
from model.errors import AlteredFile, ExportError, MissingFile
from model.predictor import Predictor
from model.runtime import programs as opened
from model.runtime.machine import machine_kind
from tests.unit.model.artifact.variant_models import COMPILED, listed, make_network

OLD = Path(__file__).parents[3] / "fixtures" / "old_checkpoint"
TEXTS = ("gut", "das essen war super , aber der service war langsam .", "teuer , schlecht .")


@pytest.fixture(autouse=True)
def _unoptimised() -> Iterator[None]:
    """torch.jit looks for a faster order of operations at every new shape: no test needs that."""
    with torch.jit.optimized_execution(False):  # type: ignore[no-untyped-call]
        yield


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return make_network(tmp_path / "tiny")


def load(directory: Path, backend: str) -> Predictor:
    return Predictor.load(str(directory), device="cpu", backend=backend)


def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the compiler, which takes a minute, do what tracing does."""
    monkeypatch.setattr(programs, "WRITERS", {**programs.WRITERS, "aotinductor": programs.WRITERS["torchscript"]})
    monkeypatch.setattr(programs, "check_compiler", lambda: None)
    monkeypatch.setattr(opened, "OPENERS", {**opened.OPENERS, "aotinductor": opened.OPENERS["torchscript"]})


@pytest.mark.parametrize("form", ["torchscript", "export"])
def test_a_program_says_what_the_network_says_whatever_the_batch(directory: Path, form: str) -> None:
    _, before = read_manifest(directory)
    [(name, check)] = export(directory, form).items()
    assert (check["max_difference"] <= TOLERANCE, check["agreement"]) == (True, 1.0)
    manifest, digest = read_manifest(directory)
    assert name in manifest.files
    assert manifest.variants[name].made_by == {"torch": str(torch.__version__)}
    assert digest != before, "it is another version"
    program, network = load(directory, form), load(directory, "torch")
    assert [(each.backend, each.dtype, each.unused) for each in program.runs] == [(form, "float32", {})]
    for texts in (TEXTS[:1], (*TEXTS, TEXTS[1] * 5)):
        found, wanted = (each.logits(each.encode(texts)) for each in (program, network))
        assert abs(found - wanted).max() <= TOLERANCE


def test_card_manifest_and_show_say_how_fast_it_was_before_and_after(directory: Path) -> None:
    for _ in range(2):
        export(directory, "torchscript")
    card = (directory / "README.md").read_text()
    [row] = [line for line in card.splitlines() if "model.torchscript.pt" in line]
    measured = facts_of(directory).to_dict()["measured"]["model.torchscript.pt"]["benchmark"]
    assert f"| {measured['before']:.1f} | {measured['after']:.1f} |" in row
    assert (card.count(VARIANTS), card.count("## Limits")) == (1, 1)
    assert card.index("What it is.") < card.index(VARIANTS) < card.index("## Limits")


def test_a_program_that_says_something_else_is_not_kept(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = programs.WRITERS["torchscript"]

    def wrong(module: Any, sample: Any, most_tokens: int, path: Path) -> None:
        weights = module.network.heads[0].bias
        kept = weights.data.clone()
        weights.data.copy_(torch.linspace(-3, 3, kept.numel()).reshape(kept.shape))
        trace(module, sample, most_tokens, path)
        weights.data.copy_(kept)

    _, before = read_manifest(directory)
    monkeypatch.setattr(programs, "WRITERS", {"torchscript": wrong})
    with pytest.raises(ExportError, match=r"model.torchscript.pt answers differently and was not kept"):
        export(directory, "torchscript")
    assert read_manifest(directory)[1] == before
    assert not [path.name for path in directory.iterdir() if "torchscript" in path.name or path.is_dir()]


def test_a_checkpoint_of_the_old_service_gets_a_manifest_that_says_what_was_assumed(tmp_path: Path) -> None:
    directory = tmp_path / "old"
    convert(OLD / "legacy.pt", OLD / "vocab.txt", directory)
    assumed, _ = read_manifest(directory)
    export(directory, "torchscript", sentences=TEXTS)
    manifest, _ = read_manifest(directory)
    assert (directory / MANIFEST).is_file()
    assert (manifest.method, manifest.max_tokens) == (assumed.method, assumed.max_tokens)
    program, network = load(directory, "torchscript"), load(directory, "torch")
    judged = [[each.labels for each in one.judge(one.encode(TEXTS))] for one in (program, network)]
    assert judged[0] == judged[1]


def test_without_a_compiler_nothing_is_compiled_and_one_line_says_so(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    done = CliRunner().invoke(export_command, ["--model", str(directory), "--format", "aotinductor"])
    assert done.exit_code == 1
    assert done.output == (
        "Error: AOTInductor needs a C++ compiler, and there is no no-such-compiler here (CXX names another)\n"
    )
    assert FILES["aotinductor"][0] not in read_manifest(directory)[0].files


def test_what_was_compiled_runs_on_this_kind_of_machine_alone(
    directory: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    compiled(monkeypatch)
    export(directory, "aotinductor")
    assert read_manifest(directory)[0].variants["model.aotinductor.pt2"].machine == machine_kind()
    assert f"for {machine_kind()} alone" in (directory / "README.md").read_text()
    assert [each.backend for each in load(directory, "aotinductor").runs] == ["aotinductor"]
    monkeypatch.setattr(running, "machine_kind", lambda: "linux-x86_64-another")
    monkeypatch.setattr(opened, "OPENERS", {})
    for backend in ("aotinductor", "auto"):
        caplog.clear()
        [runs] = load(directory, backend).runs
        assert runs.backend == "torch"
        assert [reason.split(", and")[0] for reason in runs.unused.values()] == [
            f"it was compiled for {machine_kind()}"
        ]
        assert len(caplog.records) == 1
        assert "is not used: it was compiled for" in caplog.text


@pytest.mark.parametrize(
    ("variant", "why"),
    [(None, "does not say for which kind of machine"), (replace(COMPILED, made_by={"torch": "1.0.0"}), "torch 1.0.0")],
)
def test_what_another_torch_compiled_is_not_even_opened(directory: Path, variant: Variant | None, why: str) -> None:
    listed(directory, "model.aotinductor.pt2", b"whatever", variant)
    [runs] = load(directory, "aotinductor").runs
    assert (runs.backend, why in runs.unused["aotinductor"]) == ("torch", True)


@pytest.mark.parametrize("backend", ["torchscript", "export"])
def test_a_file_that_this_torch_cannot_load_leaves_the_network_to_torch(
    directory: Path, backend: str, caplog: pytest.LogCaptureFixture
) -> None:
    listed(directory, FILES[backend][0], b"of a torch to come")
    predictor = load(directory, backend)
    assert [each.backend for each in predictor.runs] == ["torch"]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"{backend} is not used: torch {torch.__version__} cannot run it" in caplog.text
    assert len(predictor.predict(TEXTS)) == len(TEXTS)


def test_a_program_that_there_is_not_or_that_was_altered_is_refused_by_name(directory: Path) -> None:
    with pytest.raises(MissingFile, match=r"kritiq export --format torchscript"):
        load(directory, "torchscript")
    listed(directory, "model.torchscript.pt", b"one thing")
    (directory / "model.torchscript.pt").write_bytes(b"another")
    with pytest.raises(AlteredFile, match=r"model.torchscript.pt is not the file that was saved"):
        load(directory, "torch")


def test_programs_are_not_run_unless_somebody_asks(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed(directory, "model.torchscript.pt", b"anything")
    monkeypatch.setattr(running, "ProgramBackend", None)
    assert [each.backend for each in load(directory, "torch").runs] == ["torch"]

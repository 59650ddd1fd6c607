"""Folders as old libraries wrote them, and files of weights beside their config.json, into a model that is served."""

import errno
import json
import os
import shutil
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import save_file

from model.artifact.legacy_checkpoint import convert
from model.artifact.loading import load_tokenizer
from model.artifact.vocabulary import Vocabulary
from model.cli import main as cli
from model.errors import ArtifactError, UnsafeFile
from model.predictor import Predictor
from tests.unit.model.artifact.test_checkpoints import Runs
from tests.unit.model.conftest import build_network, build_tokenizer

Weights = dict[str, Any]

WORDS = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", *(f"w{number}" for number in range(56))]


def folder_of(path: Path, network: Any) -> Path:
    """A transformers directory without weights."""
    path.mkdir()
    network.config.save_pretrained(path)
    (path / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    return path


def pickled(folder: Path, weights: Weights) -> Path:
    torch.save(weights, folder / "pytorch_model.bin")
    return folder


def of_old_torch(folder: Path, weights: Weights) -> Path:
    torch.save(weights, folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    return folder


def of_several_gpus(folder: Path, weights: Weights) -> Path:
    return pickled(folder, {f"module.{name}": weight for name, weight in weights.items()})


def of_a_script(folder: Path, weights: Weights) -> Path:
    file = folder / "best.ckpt"
    torch.save({"epoch": 3, "state_dict": weights, "optimizer": {"lr": 0.1}}, file)
    return file


def in_safetensors(folder: Path, weights: Weights) -> Path:
    save_file({f"module.{name}": weight.clone() for name, weight in weights.items()}, folder / "model.safetensors")
    return folder


def in_parts(folder: Path, weights: Weights) -> Path:
    places = {name: f"part-{number % 3}.safetensors" for number, name in enumerate(weights)}
    for part in set(places.values()):
        save_file({name: weights[name].clone() for name, file in places.items() if file == part}, folder / part)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    return folder


def in_pickled_parts(folder: Path, weights: Weights) -> Path:
    places = {name: f"part-{number % 3}.bin" for number, name in enumerate(weights)}
    for part in set(places.values()):
        torch.save({name: weights[name] for name, file in places.items() if file == part}, folder / part)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": places}))
    return folder


def of_the_first_versions(folder: Path, weights: Weights) -> Path:
    config = json.loads((folder / "config.json").read_text())
    config["architectures"] = ["BertForSequenceClassification"]
    del config["model_type"]
    (folder / "config.json").write_text(json.dumps(config))
    former = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    for now, old in former.items():
        weights = {name.replace(now, old): weight for name, weight in weights.items()}
    return pickled(folder, weights)


@pytest.mark.parametrize(
    "written",
    [
        pickled, of_old_torch, of_several_gpus, of_a_script, in_safetensors, in_parts, in_pickled_parts,
        of_the_first_versions,
    ],
)  # fmt: skip
def test_a_folder_of_an_old_library_answers_as_its_network(
    tmp_path: Path, written: Callable[[Path, Weights], Path]
) -> None:
    network = build_network("bert", 2)
    source = written(folder_of(tmp_path / "old", network), network.state_dict())
    result = CliRunner().invoke(cli.convert_checkpoint_command, [str(source), str(tmp_path / "made")])
    assert result.exit_code == 0, result.output
    ids = torch.arange(4, 20).reshape(2, 8)
    again = type(network).from_pretrained(tmp_path / "made").eval()
    with torch.inference_mode():
        assert torch.equal(network(ids).logits, again(ids).logits)
    assert Predictor.load(str(tmp_path / "made"), device="cpu").predict("Das Essen war gut.")


@pytest.mark.parametrize("form", [pickled, in_parts, in_pickled_parts])
def test_what_says_that_weights_are_not_read_names_the_command_that_reads_them(
    tmp_path: Path, form: Callable[[Path, Weights], Path]
) -> None:
    network = build_network("bert", 2)
    folder = form(folder_of(tmp_path / "old", network), network.state_dict())
    with pytest.raises(ArtifactError) as refused:
        Predictor.load(str(folder))
    assert f"`kritiq convert-checkpoint {folder} OUTPUT`" in str(refused.value)


def test_a_tokenizer_of_another_kind_is_taken_along(tmp_path: Path) -> None:
    torch.save(build_network("roberta", 2), tmp_path / "model.pt")
    build_tokenizer("roberta").save(str(tmp_path / "mine.json"))
    CliRunner().invoke(
        cli.convert_checkpoint_command,
        [str(tmp_path / "model.pt"), str(tmp_path / "made"), "--vocabulary", str(tmp_path / "mine.json")],
    )
    assert load_tokenizer(tmp_path / "made").to_str() == build_tokenizer("roberta").to_str()
    assert Predictor.load(str(tmp_path / "made"), device="cpu").predict("Das Essen war gut.")


def test_a_model_of_other_classes_is_not_said_to_be_ready(tmp_path: Path) -> None:
    network = build_network("bert", 5)
    source = pickled(folder_of(tmp_path / "old", network), network.state_dict())
    result = CliRunner().invoke(cli.convert_checkpoint_command, [str(source), str(tmp_path / "made")])
    assert (result.exit_code, "is ready" in result.output) == (0, False)
    assert "tells 5 classes apart" in result.output
    assert "kritiq train --encoder" in result.output


@pytest.mark.parametrize("content", ["", "{}", '{"[UNK]": 0}', "eins\nzwei\n"])
@pytest.mark.parametrize("name", ["vocab.txt", "vocab.json"])
def test_what_is_no_vocabulary_is_refused(tmp_path: Path, content: str, name: str) -> None:
    torch.save(build_network("bert", 2), tmp_path / "model.pt")
    (tmp_path / name).write_text(content)
    with pytest.raises(ArtifactError, match=rf"the vocabulary .*{name} is no (vocab\.txt|tokenizer\.json)"):
        convert(tmp_path / "model.pt", tmp_path / name, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def broken_folders(folder: Path, marker: Path) -> dict[str, tuple[Callable[[], object], type[ArtifactError], str]]:
    def listing(*files: object) -> Callable[[], object]:
        places = {f"w{number}": file for number, file in enumerate(files)}
        return lambda: (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": places}))

    def saved(content: object) -> Callable[[], object]:
        return lambda: torch.save(content, folder / "pytorch_model.bin")

    return {
        "no weights": (lambda: None, ArtifactError, "has no weights: none of model.safetensors"),
        "no configuration": (lambda: (folder / "config.json").unlink(), ArtifactError, "config.json is missing"),
        "a configuration of nothing": (lambda: (folder / "config.json").write_text("[]"), ArtifactError, "no"),
        "a call": (saved({"a": Runs(os.system, f"touch {marker}")}), UnsafeFile, "names 'posix.system'"),
        "settings of a script": (saved({"args": Namespace(a=1)}), UnsafeFile, "names 'argparse.Namespace'"),
        "nothing": (saved({}), ArtifactError, "holds a dict without weights"),
        "other weights": (saved({"a": torch.zeros(2)}), ArtifactError, "the weights do not fit: missing"),
        "files elsewhere": (listing("../weights.bin"), UnsafeFile, "names files that are not beside it"),
        "a number for a file": (listing(5), ArtifactError, "does not list files"),
        "a file that is not there": (listing("part.bin"), ArtifactError, "part.bin is missing, which"),
        "broken safetensors": (
            lambda: (folder / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}broken"),
            ArtifactError,
            "cannot be read",
        ),
    }  # fmt: skip


@pytest.mark.parametrize("case", broken_folders(Path(), Path()))
def test_a_folder_that_holds_no_model_is_refused_in_a_line_and_nothing_is_run(tmp_path: Path, case: str) -> None:
    folder = folder_of(tmp_path / "old", build_network("bert", 2))
    marker = tmp_path / "ran"
    spoil, kind, named = broken_folders(folder, marker)[case]
    spoil()
    with pytest.raises(kind, match=named):
        convert(folder, None, tmp_path / "made")
    shown = CliRunner().invoke(cli.convert_checkpoint_command, [str(folder), str(tmp_path / "made")])
    assert (shown.exit_code, shown.output.count("\n")) == (1, 1)
    assert not marker.exists()
    assert not (tmp_path / "made").exists()


def test_a_folder_without_a_vocabulary_says_which_option_names_one(tmp_path: Path) -> None:
    network = build_network("bert", 2)
    folder = pickled(folder_of(tmp_path / "old", network), network.state_dict())
    shutil.move(folder / "vocab.txt", tmp_path / "vocab.txt")
    with pytest.raises(ArtifactError, match="--vocabulary names one"):
        convert(folder, None, tmp_path / "made")
    assert convert(folder, tmp_path / "vocab.txt", tmp_path / "made").is_served


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = build_network("bert", 2)
    folder = pickled(folder_of(tmp_path / "old", network), network.state_dict())

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Vocabulary, "save", full)
    with pytest.raises(ArtifactError, match=r"made cannot be written: .*No space left"):
        convert(folder, None, tmp_path / "made")
    assert not (tmp_path / "made").exists()

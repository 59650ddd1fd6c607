"""Whole-model files of old libraries: read as data, answered as before; what is no model is refused and never run."""

import contextlib
import io
import json
import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from model.artifact import loading
from model.artifact.checkpoints.unpickling import read_pickle
from model.artifact.checkpoints.whole_model import read_whole_model
from model.artifact.legacy_checkpoint import convert
from model.cli import main as cli
from model.errors import ArtifactError, UnsafeFile
from model.predictor import Predictor
from tests.unit.model.conftest import build_network

OLD = Path(__file__).parents[3] / "fixtures" / "old_checkpoint"
FORMS = ("legacy", "zip")


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_the_old_library_answers_as_it_did_there(tmp_path: Path, form: str) -> None:
    result = CliRunner().invoke(
        cli.convert_checkpoint_command,
        [str(OLD / f"{form}.pt"), str(tmp_path / "made"), "--vocabulary", str(OLD / "vocab.txt")],
    )
    assert result.exit_code == 0, result.output
    assert f"BertForSequenceClassification of transformers 2 or 3, torch's {form} format: 42 tensors" in result.output
    predictor = Predictor.load(str(tmp_path / "made"), device="cpu")
    expected = json.loads((OLD / "expected.json").read_text())
    assert expected["made_with"]["transformers"] == "3.4.0"
    logits = predictor.logits(predictor.encode([answer["text"] for answer in expected["answers"]]))
    old = torch.tensor([row for answer in expected["answers"] for row in answer["logits"]])
    assert logits == pytest.approx(old.numpy(), abs=2e-5)
    margins = (old[:, 1] - old[:, 0]).reshape(-1, 9, 5)
    judged = predictor.judge(predictor.encode([answer["text"] for answer in expected["answers"]]))
    assert [list(judgement.labels) for judgement in judged] == margins.argmax(-1).tolist()


@pytest.mark.parametrize("encoder", ["bert", "roberta", "electra", "distilbert", "deberta-v2", "modernbert"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_of_the_installed_library_keeps_its_weights(tmp_path: Path, encoder: str, zipped: bool) -> None:
    network = build_network(encoder, 2)
    torch.save(network, tmp_path / "model.pt", _use_new_zipfile_serialization=zipped)
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(["[UNK]", *(f"w{n}" for n in range(59))]), encoding="utf-8")
    convert(tmp_path / "model.pt", vocabulary, tmp_path / "made")
    again = type(network).from_pretrained(tmp_path / "made")
    ids = torch.arange(4, 20).reshape(2, 8)
    with torch.inference_mode():
        assert torch.equal(network(ids).logits, again.eval()(ids).logits)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_pickle_protocol_is_read(tmp_path: Path, protocol: int) -> None:
    torch.save(build_network("bert", 2), tmp_path / "model.pt", pickle_protocol=protocol)
    assert len(read_whole_model(tmp_path / "model.pt").weights) == 41


def test_a_model_wrapped_for_several_gpus_is_unwrapped(tmp_path: Path) -> None:
    torch.save(torch.nn.DataParallel(build_network("bert", 2)), tmp_path / "model.pt")
    assert "classifier.weight" in read_whole_model(tmp_path / "model.pt").weights


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_number_formats_are_read(tmp_path: Path, dtype: torch.dtype) -> None:
    network = build_network("bert", 2).to(dtype)
    torch.save(network, tmp_path / "model.pt")
    found = read_whole_model(tmp_path / "model.pt").weights
    assert all(torch.equal(found[name], weight) for name, weight in network.state_dict().items())


class Runs:
    """An object whose pickle calls something."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


def attacks(marker: Path) -> dict[str, bytes]:
    """Pickles that would write `marker`, or call something, if anything of them were run."""
    command = f"touch {marker}"
    system = b"cposix\nsystem\n"
    argument = b"X" + struct.pack("<I", len(command)) + command.encode()
    nested = pickle.dumps(Runs(os.system, command), protocol=2)
    return {
        "os.system": nested,
        "os.system by name on the stack": pickle.dumps(Runs(os.system, command), protocol=4),
        "within a mapping": pickle.dumps(OrderedDict(a=[Runs(os.system, command)]), protocol=2),
        "eval": pickle.dumps(Runs(eval, f"open({str(marker)!r}, 'w')"), protocol=2),
        "exec": pickle.dumps(Runs(exec, f"open({str(marker)!r}, 'w')"), protocol=2),
        "a pickle in a pickle": pickle.dumps(Runs(pickle.loads, nested), protocol=2),
        "torch.load": b"\x80\x02ctorch\nload\n" + argument + b"\x85R.",
        "torch.hub": b"\x80\x02ctorch.hub\nload\n" + argument + b"\x85R.",
        "getattr": b"\x80\x02c__builtin__\ngetattr\n" + system + b"X\x04\x00\x00\x00namej\x86R.",
        "importlib": b"\x80\x02cimportlib\nimport_module\n" + argument + b"\x85R.",
        "dotted through transformers": b"\x80\x02ctransformers.models.bert.modeling_bert\nBertModel.os.system\n"
        + argument
        + b"\x85R.",
        "a function of transformers": b"\x80\x02ctransformers.modeling_utils\nload_state_dict\n" + argument + b"\x85R.",
        "a class called": b"\x80\x02ctransformers.models.bert.modeling_bert\nBertModel\n" + argument + b"\x85R.",
        "a class made with arguments": b"\x80\x02ctransformers.models.bert.modeling_bert\nBertModel\n"
        + argument
        + b"\x85\x81.",
        "a class given a state": b"\x80\x02ctransformers.models.bert.modeling_bert\nBertModel\n}b.",
        "an instance of the old kind": b"(" + argument + b"iposix\nsystem\n.",
        "an object of the old kind": b"(" + system + argument + b"o.",
        "an extension": b"\x80\x02\x82\x01.",
        "a text called": b"\x80\x02" + argument + b")R.",
        "a persistent id": b"\x80\x02" + argument + b"Q.",
        "a persistent id as a tuple": b"\x80\x02" + argument + b"\x85Q.",
        "a persistent id in text": b"Pposix.system\n.",
        "a module by persistent id": b"\x80\x02(X\x06\x00\x00\x00module" + system + argument + argument + b"tQ.",
        "keys that call": b"\x80\x02}ccollections\nOrderedDict\n)RK\x01s.",
        "a memo that is not there": b"\x80\x02h\x07.",
        "no end": b"\x80\x02}",
        "more taken than there is": b"\x80\x02R.",
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("attack", attacks(Path("marker")))
def test_what_is_no_model_is_refused_and_never_run(tmp_path: Path, form: str, attack: str) -> None:
    marker, source = tmp_path / "ran", tmp_path / "evil.pt"
    content = attacks(marker)[attack]
    if form == "zip":
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("evil/data.pkl", content)
            archive.writestr("evil/version", "3\n")
    else:
        head = b"".join(
            pickle.dumps(each, protocol=2)
            for each in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True, "protocol_version": 1001})
        )
        source.write_bytes(head + content + pickle.dumps([], protocol=2))
    result = CliRunner().invoke(
        cli.convert_checkpoint_command,
        [str(source), str(tmp_path / "made"), "--vocabulary", str(OLD / "vocab.txt")],
    )
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.output.count("\n") == 1
    assert str(source) in result.output
    assert not marker.exists()
    assert not (tmp_path / "made").exists()


def test_a_bare_pickle_is_no_file_of_torch(tmp_path: Path) -> None:
    source = tmp_path / "evil.pkl"
    for content in (
        attacks(tmp_path / "ran")["os.system"],
        pickle.dumps({"a": 1}),
        b"",
        b"PK\x03\x04 broken",
        b"x" * 99,
    ):
        source.write_bytes(content)
        with pytest.raises(ArtifactError):
            read_whole_model(source)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"a": torch.zeros(2)}, "weights without their configuration"),
        (torch.nn.Linear(2, 2), "torch.nn.modules.linear.Linear, not a transformers model"),
        (torch.zeros(2), "not a transformers model"),
        ([1, 2], "list"),
    ],
)
def test_other_things_are_named(tmp_path: Path, content: object, named: str) -> None:
    torch.save(content, tmp_path / "other.pt")
    with pytest.raises(ArtifactError, match=named):
        read_whole_model(tmp_path / "other.pt")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (save({"a": torch.zeros(2)}), "is a safetensors file, not one that torch.save wrote"),
        (b"text,food\nGut,positive\n", "is not a file that torch.save wrote"),
        (b"", "is not a file that torch.save wrote"),
        ((OLD / "legacy.pt").read_bytes()[:9], "is not a file that torch.save wrote"),
        ((OLD / "legacy.pt").read_bytes()[:-9], "is cut off"),
    ],
    ids=["safetensors", "text", "empty", "beginning", "end lost"],
)
def test_what_torch_did_not_write_is_no_broken_pickle(tmp_path: Path, content: bytes, named: str) -> None:
    (tmp_path / "other.pt").write_bytes(content)
    with pytest.raises(ArtifactError, match=named):
        read_whole_model(tmp_path / "other.pt")


def test_another_task_is_named(tmp_path: Path) -> None:
    torch.save(build_network("bert", 2).bert, tmp_path / "other.pt")
    with pytest.raises(ArtifactError, match="holds a BertModel, not a model for sequence classification"):
        read_whole_model(tmp_path / "other.pt")


def test_tensors_larger_than_their_data_are_refused(tmp_path: Path) -> None:
    """A stride of zero makes terabytes of one number."""
    network = build_network("bert", 2)
    network.classifier.weight = torch.nn.Parameter(torch.zeros(1).expand(1 << 20, 1 << 20), requires_grad=False)
    torch.save(network, tmp_path / "bomb.pt")
    with pytest.raises(ArtifactError, match="larger than its data"):
        read_whole_model(tmp_path / "bomb.pt")


def test_a_word_may_be_a_separator_of_lines_elsewhere(tmp_path: Path) -> None:
    """Multilingual vocabularies have U+2028 and U+0085 among their words."""
    words = (OLD / "vocab.txt").read_text().splitlines()
    separators = ["a\u2028b", "a\x85b", "a\x0bb", "a\x1cb"]
    (tmp_path / "vocab.txt").write_text("\n".join(words[:-4] + separators) + "\n", encoding="utf-8")
    convert(OLD / "zip.pt", tmp_path / "vocab.txt", tmp_path / "made")
    assert loading.load_tokenizer(tmp_path / "made").get_vocab_size() == len(words)


def test_a_directory_that_cannot_be_is_told_before_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArtifactError, match=r"no model can be written to .*file/made"):
        convert(tmp_path / "nowhere.pt", OLD / "vocab.txt", tmp_path / "file" / "made")


def test_another_vocabulary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("\n".join(["[UNK]", *(f"w{n}" for n in range(499))]))
    with pytest.raises(ArtifactError, match="500 words"):
        convert(OLD / "zip.pt", tmp_path / "vocab.txt", tmp_path / "made")
    assert not (tmp_path / "made").exists()


@given(st.binary(max_size=80))
@settings(deadline=None)
def test_any_bytes_are_data_or_refused(content: bytes) -> None:
    with contextlib.suppress(UnsafeFile):  # any other error fails
        read_pickle(io.BytesIO(content))


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_torn_or_altered_file_is_refused_or_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bytes flipped anywhere, or the end missing: one error of ours, or a model."""
    content = bytearray((OLD / f"{data.draw(st.sampled_from(FORMS))}.pt").read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    source = tmp_path_factory.mktemp("torn") / "torn.pt"
    source.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    with contextlib.suppress(ArtifactError):  # any other error fails
        read_whole_model(source)

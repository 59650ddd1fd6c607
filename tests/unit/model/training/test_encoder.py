"""The encoder that a training starts from: whether its weights are what it learns from, and that it stays."""

import json
import logging
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from model.artifact.file_checks import file_digest
from model.errors import ArtifactError
from model.inputs.auxiliary import Method
from model.training.finetune import finetune, load_encoder_for
from tests.support.processes import ROOT
from tests.unit.model.conftest import ENCODERS, BuildModel
from tests.unit.model.training.test_loop import EXAMPLES, config

SINGLE = Method(name="single")


def changed(directory: Path, **settings: object) -> Path:
    file = directory / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))
    return directory


def without(directory: Path, part: str) -> Path:
    """The directory without the weights whose names have `part` in them."""
    file = directory / "model.safetensors"
    kept = {name: tensor for name, tensor in load_file(file).items() if part not in name}
    save_file(kept, file, metadata={"format": "pt"})
    return directory


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_head_of_another_size_is_new_and_nothing_is_told_of_it(
    build_model: BuildModel, encoder: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("transformers").setLevel(logging.WARNING)
    network = load_encoder_for(build_model(encoder=encoder, method="NLI-B"), SINGLE)
    assert network.config.num_labels == SINGLE.outputs
    assert "LOAD REPORT" not in caplog.text + "".join(capfd.readouterr())


def test_an_encoder_may_have_no_pooler(build_model: BuildModel) -> None:
    """Those of masked language models have none."""
    load_encoder_for(without(build_model(method="single"), "pooler"), SINGLE)


@pytest.mark.parametrize(
    ("settings", "part", "says"),
    [
        ({"hidden_size": 64}, "nothing", r"bert\..* has the shape \(.*32.*\), not \(.*64.*\), and \d+ more"),
        (
            {"vocab_size": 99},
            "nothing",
            r"bert\.embeddings\.word_embeddings\.weight has the shape \(60, 32\), not \(99",
        ),
        ({"num_hidden_layers": 3}, "nothing", r"bert\.encoder\.layer\.2\..* is missing, and 15 more"),
        ({}, "word_embeddings", r"bert\.embeddings\.word_embeddings\.weight is missing$"),
    ],
)
def test_weights_that_are_not_the_encoders_are_no_encoder(
    build_model: BuildModel, settings: dict[str, object], part: str, says: str
) -> None:
    """transformers would put chance in their place, and training would go on from that."""
    directory = without(changed(build_model(method="single"), **settings), part)
    with pytest.raises(ArtifactError, match=r"model\.safetensors has not the weights of the BertFor.* " + says):
        load_encoder_for(directory, SINGLE)


def test_a_model_never_takes_the_place_of_its_encoder(build_model: BuildModel, tmp_path: Path) -> None:
    directory = build_model(method="single")
    before = file_digest(directory / "model.safetensors")
    (tmp_path / "link").symlink_to(directory)
    for output in (directory, tmp_path / "link"):
        with pytest.raises(ArtifactError, match="is the encoder itself"):
            finetune(config(directory), output, examples=EXAMPLES, dev=EXAMPLES, device="cpu")
    assert file_digest(directory / "model.safetensors") == before


@pytest.mark.parametrize("name", ["kritiq-mini", "kritiq-small"])
def test_a_network_of_our_own_is_no_encoder_of_transformers(name: str) -> None:
    with pytest.raises(ArtifactError, match=r"a network of Kritiq's own.*kritiq retrain"):
        load_encoder_for(ROOT / "models" / name, SINGLE)

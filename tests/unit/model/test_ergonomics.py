"""What a newcomer passes: taken as meant, or refused in one clear line."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result

from model.arguments import language_of, languages_of, texts_of
from model.artifact.loading import check_positions, load_tokenizer
from model.cli import main as cli
from model.errors import ArtifactError, BackendUnavailable, InvalidArgument
from model.inputs.auxiliary import Method, german_templates
from model.predictor import Predictor
from model.runtime.backends import choose_device
from model.training.finetune import load_encoder_for
from tests.unit.model.conftest import BuildModel


def run(command: str, *arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(getattr(cli, f"{command}_command"), [str(argument) for argument in arguments], **more)


def test_one_string_gives_one_prediction(build_model: BuildModel) -> None:
    predictor = Predictor.load(build_model(method="NLI-M"), device=torch.device("cpu"))
    (review,) = predictor.predict("Das Essen war gut.")
    assert [sentence.text for sentence in review.sentences] == ["Das Essen war gut."]
    assert predictor.predict(text for text in ["gut"]) == predictor.predict(("gut",)) == predictor.predict(["gut"])
    assert [review.language for review in predictor.predict(["gut", "good"], "DE")] == ["de", "de"]
    for wrong in (["gut"], ["de", "de", "de"], "deutsch", 5, [5, 5]):
        with pytest.raises(InvalidArgument):
            predictor.predict(["gut", "good"], wrong)  # type: ignore[arg-type]


class Table:
    columns = ("text",)

    def __iter__(self) -> Any:
        return iter(self.columns)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (None, "not NoneType"),
        (5, "not int"),
        (b"gut", "not bytes"),
        ({"text": "gut"}, "not dict"),
        (["gut", None], "text 1 is None"),
        ([float("nan")], "text 0 is nan"),
        ([7], "text 0 is 7"),
        (["gut", ["gut"]], "text 1 is a list"),
        (Table(), "give its column"),
    ],
)
def test_what_is_no_text_is_refused_by_its_position(wrong: Any, named: str) -> None:
    with pytest.raises(InvalidArgument, match=named):
        texts_of(wrong)


@pytest.mark.parametrize(
    ("given", "code"), [("DE", "de"), ("de-AT", "de"), ("pt_BR", "pt"), ("gsw", "gsw"), (None, None), ("und", "und")]
)
def test_languages_are_codes_however_they_are_written(given: str | None, code: str | None) -> None:
    assert language_of(given) == code
    assert languages_of([given, None], 2) == [code, None]


@pytest.mark.parametrize("wrong", ["", "d", "deutsch", "d e", "de\n", 5, b"de"])
def test_what_is_no_language_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidArgument, match="not a language code"):
        language_of(wrong)


@pytest.mark.parametrize("device", ["cuda:99", "gpu", "meta", "", "cpu:x", "mps"])
def test_a_device_that_is_not_there_is_one_line(build_model: BuildModel, device: str) -> None:
    with pytest.raises(BackendUnavailable):
        choose_device(device)
    result = run("predict", "--model", build_model(), "--device", device, "gut")
    assert result.exit_code == 1
    assert result.output.count("\n") == 1


def test_a_number_format_may_be_torchs_own(build_model: BuildModel) -> None:
    assert Predictor.load(build_model(), device=torch.device("cpu"), dtype=torch.float32).dtype == "float32"
    with pytest.raises(BackendUnavailable, match="no number format 'int8'; there are float32"):
        Predictor.load(build_model(), device="cpu", dtype=torch.int8)


@pytest.mark.parametrize("budget", [0, -1, 2.5, True, "many"])
def test_a_budget_below_one_is_refused(build_model: BuildModel, budget: Any) -> None:
    with pytest.raises(InvalidArgument, match="token_budget"):
        Predictor.load(build_model(), device="cpu", token_budget=budget)


@pytest.mark.parametrize("option", ["--epochs", "--batch-tokens", "--accumulate", "--max-tokens", "--learning-rate"])
def test_training_with_nothing_of_something_is_refused(tmp_path: Path, option: str) -> None:
    result = run("train", "--output", tmp_path / "x", "--encoder", "y", "--train", "z", option, 0)
    assert result.exit_code == 2
    assert option in result.output


def test_rows_longer_than_the_encoder_has_positions_are_refused(build_model: BuildModel, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="400 tokens are asked for"):
        Predictor.load(build_model(max_tokens=400), device="cpu")
    data = tmp_path / "data.jsonl"
    data.write_text('{"text": "gut", "aspects": {"food": "positive"}}\n')
    result = run(
        "train", "--encoder", build_model(), "--train", data, "--dev", data, "--output", tmp_path / "x",
        "--max-tokens", 131, "--device", "cpu",
    )  # fmt: skip
    assert result.exit_code == 1
    assert "131 tokens are asked for" in result.output
    config, rest = tmp_path / "plain", build_model(name="plain")
    (rest / "kritiq.json").unlink()
    assert Predictor.load(config, device="cpu").info.max_tokens == 130
    roberta = {"max_position_embeddings": 130, "model_type": "roberta", "pad_token_id": 1}
    check_positions(roberta, 128, tmp_path)
    with pytest.raises(ArtifactError, match="128 positions"):
        check_positions(roberta, 129, tmp_path)
    check_positions({"max_position_embeddings": 10, "position_biased_input": False}, 99, tmp_path)


@pytest.mark.parametrize("text", ["12345", "4.5", "-", "?!", "…", "🍕", "\x00", "١٢٣"])
def test_numbers_and_signs_are_predicted(build_model: BuildModel, text: str) -> None:
    result = run("predict", "--model", build_model(), "--json", "--", text, input="7")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["language"]


@pytest.mark.parametrize(
    ("content", "options", "text"),
    [
        (b"\xef\xbb\xbfGut.", [], "Gut."),
        ("Köstlich.".encode("cp1252"), ["--encoding", "cp1252"], "Köstlich."),
        ("Köstlich.".encode("cp1252"), [], "Köstlich."),
        ("Köstlich.".encode("utf-16"), [], "Köstlich."),
        ("Köstlich.".encode("utf-16"), ["--encoding", "utf-16"], "Köstlich."),
        ("Gut.\u2028Ja.".encode(), [], "Gut."),
    ],
)
def test_standard_input_is_read_in_its_encoding(
    build_model: BuildModel, content: bytes, options: list[str], text: str
) -> None:
    result = run("predict", "--model", build_model(), "--json", *options, "-", input=content)
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["sentences"][0]["text"].startswith(text)


@pytest.mark.parametrize(
    "arguments",
    [["-", "--encoding", "utf-8"], ["-", "--encoding", "klingon"], ["k\udcf6stlich"], ["gut", "--language", "deutsch"]],
)
def test_other_bytes_are_one_line(build_model: BuildModel, arguments: list[str]) -> None:
    result = run("predict", "--model", build_model(), *arguments, input="Köstlich".encode("cp1252"))
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.output.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        (["[UNK]", "gut", "grün", "##er"], ["gut", "grün", "##er"]),
        (["[UNK]", "gut", "grun", "##er"], ["gut", "grun", "##er"]),
        (["[UNK]", "Gut", "gut", "Grün", "##er"], ["Gut", "Grün", "##er"]),
    ],
)
def test_a_vocabulary_without_capitals_lowers_texts(tmp_path: Path, words: list[str], tokens: list[str]) -> None:
    """And keeps umlauts where the vocabulary has them."""
    special = ["[PAD]", "[CLS]", "[SEP]", "[MASK]"]
    (tmp_path / "vocab.txt").write_text("\n".join(special + words) + "\n", encoding="utf-8")
    assert load_tokenizer(tmp_path).encode("Gut Grüner", add_special_tokens=False).tokens == tokens


@pytest.mark.parametrize("method", ["single", "NLI-M", "NLI-B"])
def test_saved_models_name_their_outputs(build_model: BuildModel, method: str) -> None:
    made = Method(name=method, templates=german_templates(method))
    config = load_encoder_for(build_model(method=method), made).config
    assert len(config.id2label) == made.outputs
    assert config.id2label[0] == {"single": "service: positive", "NLI-M": "positive", "NLI-B": "false"}[method]
    assert config.label2id[config.id2label[1]] == 1

"""The commands, as a user types them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from click.testing import CliRunner, Result
from onnx import numpy_helper

from model.artifact.manifest import Manifest, read_manifest
from model.artifact.quantising import WAYS
from model.artifact.sealing import seal
from model.cli import main
from model.data.dataset import Example, write
from model.predictor import Predictor
from tests.unit.model.conftest import BuildModel


def run(command: str, *arguments: object) -> Result:
    return CliRunner().invoke(getattr(main, f"{command}_command"), [str(argument) for argument in arguments])


def test_every_command_is_there() -> None:
    for name in main.__all__:
        assert getattr(main, name).name


def test_predict_prints_a_table_or_json(build_model: BuildModel) -> None:
    directory = build_model()
    shown = run("predict", "--model", directory, "--all", "Das Essen war gut. Der Service auch.")
    assert shown.exit_code == 0
    assert "2. Der Service auch." in shown.output
    assert "ambience" in shown.output
    found = run("predict", "--model", directory, "--json", "Das Essen war gut.")
    assert json.loads(found.output)["sentences"][0]["text"] == "Das Essen war gut."


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_review_steers_the_terminal(build_model: BuildModel, form: list[str]) -> None:
    shown = run("predict", "--model", build_model(), *form, "Das Essen \x1b[2J\x9bwar\u202e gut.")
    assert "gut" in shown.output
    assert not set(shown.output) & set("\x1b\x9b\u202e")


def test_evaluate_prints_one_object(build_model: BuildModel, tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    write(data, [Example(text="das essen war gut", aspects={"food": "positive"}), Example(text="gut")])
    report = json.loads(run("evaluate", "--model", build_model(), "--data", data).output)
    assert report["sentences"] == 2
    for part in ("acd", "acsa"):
        assert {"precision", "recall", "f1", "support", "aspects"} <= set(report[part])
        assert len(report[part]["aspects"]) == 9
    assert 0 <= report["ece"] <= 1


@pytest.mark.parametrize("option", ["--predictions", "--html"])
def test_what_evaluate_cannot_write_is_told_before_it_judges(
    build_model: BuildModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    data, directory = tmp_path / "data.jsonl", build_model()
    write(data, [Example(text="das essen war gut", aspects={"food": "positive"})])
    before = data.read_bytes()
    monkeypatch.setattr(Predictor, "judge_sentences", lambda *_: pytest.fail("it judged"))
    for path, why in ((data, "is read as data"), (tmp_path, "Is a directory"), (data / "x", "cannot be written")):
        told = run("evaluate", "--model", directory, "--data", data, option, path)
        assert (told.exit_code, why in told.output, told.output.count("\n")) == (1, True, 1), told.output
    assert data.read_bytes() == before


def test_two_outputs_of_evaluate_are_two_files(build_model: BuildModel, tmp_path: Path) -> None:
    data, out = tmp_path / "data.jsonl", tmp_path / "out"
    write(data, [Example(text="das essen war gut", aspects={"food": "positive"})])
    told = run("evaluate", "--model", build_model(), "--data", data, "--predictions", out, "--html", tmp_path / "./out")
    assert (told.exit_code, told.output.count("\n"), out.exists()) == (1, 1, False)
    assert f"{out} would be written twice" in told.output


def test_errors_are_one_line(build_model: BuildModel, tmp_path: Path) -> None:
    directory = build_model()
    (directory / "model.safetensors").write_bytes(b"x" * 20)
    shown = run("predict", "--model", directory, "gut")
    assert shown.exit_code == 1
    assert "model.safetensors" in shown.output
    assert "Traceback" not in shown.output
    assert run("evaluate", "--model", tmp_path / "none", "--data", tmp_path / "x").exit_code == 1


def test_what_train_makes_predict_loads(build_model: BuildModel, tmp_path: Path) -> None:
    data = tmp_path / "w" / "data.jsonl"
    write(data, [Example(text="das essen war gut", aspects={"food": "positive"})] * 6)
    output = tmp_path / "trained"
    trained = run(
        "train", "--encoder", build_model(), "--train", data, "--dev", data, "--method", "single",
        "--epochs", 2, "--output", output, "--device", "cpu", "--resume",
    )  # fmt: skip
    assert trained.exit_code == 0, trained.output
    assert not (tmp_path / ".trained.state").exists()
    assert run("predict", "--model", output, "gut").exit_code == 0


def test_a_model_that_bfloat16_changes_says_so_and_is_loaded_in_float32(
    build_model: BuildModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.runtime.backends.cpu_has_bfloat16", lambda: True)
    data, output = tmp_path / "data.jsonl", tmp_path / "trained"
    write(data, [Example(text=f"das essen war {n} gut", aspects={"food": "positive"}) for n in range(6)])
    trained = run(
        "train", "--encoder", build_model(), "--train", data, "--dev", data, "--method", "single",
        "--epochs", 1, "--output", output, "--device", "cpu",
    )  # fmt: skip
    assert trained.exit_code == 0, trained.output
    metrics = json.loads((output / "metrics.json").read_text())
    assert 0.9 < metrics["bfloat16"]["agreement"] <= 1
    assert "In bfloat16 it keeps" in (output / "README.md").read_text()
    metrics["bfloat16"]["agreement"] = 0.98
    (output / "metrics.json").write_text(json.dumps(metrics))
    seal(output, Manifest.from_dict(json.loads((output / "kritiq.json").read_text())))
    assert Predictor.load(output, device="cpu", dtype="auto").dtype == "float32"
    assert Predictor.load(output, device="cpu", dtype="bfloat16").dtype == "bfloat16"


def test_train_holds_out_of_a_single_file_and_says_so(build_model: BuildModel, tmp_path: Path) -> None:
    """A CSV of one's own, say."""
    data, output = tmp_path / "mine.csv", tmp_path / "trained"
    data.write_text("text;food\n" + "".join(f"das essen war {n} gut;positive\n" for n in range(12)))
    trained = run(
        "train", "--encoder", build_model(), "--train", data, "--method", "single", "--epochs", 1,
        "--output", output, "--device", "cpu",
    )  # fmt: skip
    assert trained.exit_code == 0, trained.output
    assert "2 of its sentences are held out" in trained.stderr


def test_train_takes_another_scheme(build_model: BuildModel, tmp_path: Path) -> None:
    """Hotels, say: data, not code."""
    data, scheme, templates = tmp_path / "data.jsonl", tmp_path / "scheme.json", tmp_path / "templates.json"
    data.write_text('{"text": "gut", "aspects": {"room": "good"}}\n' * 4)
    scheme.write_text('{"aspects": ["room", "bath"], "polarities": ["good", "bad", "none"]}')
    templates.write_text('{"pattern": "die bewertung {aspect}", "aspects": {"room": "des essens"}}')
    trained = run(
        "train", "--encoder", build_model(), "--train", data, "--dev", data, "--method", "NLI-M", "--epochs", 1,
        "--scheme", scheme, "--templates", templates, "--output", tmp_path / "hotel", "--device", "cpu",
    )  # fmt: skip
    assert trained.exit_code == 0, trained.output
    info = Predictor.load(str(tmp_path / "hotel"), device="cpu").info
    assert (info.scheme.aspects, info.scheme.polarities) == (("room", "bath"), ("good", "bad", "none"))


def test_train_needs_to_know_what(tmp_path: Path) -> None:
    assert run("train", "--output", tmp_path / "x").exit_code == 2


@pytest.mark.parametrize(
    "options",
    [
        ["--recipe", "kritiq-mini", "--encoder", "x"],
        ["--recipe", "kritiq-mini", "--train", "x"],
        ["--recipe", "kritiq-mini", "--dev", "x"],
        ["--recipe", "kritiq-mini", "--method", "NLI-M"],
        ["--recipe", "kritiq-mini", "--language", "de"],
        ["--recipe", "kritiq-mini", "--max-tokens", "64"],
        ["--recipe", "kritiq-mini", "--device", "cpu"],
        ["--recipe", "kritiq-mini", "--unlabelled", "x"],
        ["--recipe", "kritiq-small", "--teacher", "x"],
        ["--encoder", "x", "--train", "x", "--corpus", "x"],
    ],
)
def test_train_takes_no_option_that_would_do_nothing(tmp_path: Path, options: list[str]) -> None:
    told = run("train", "--output", tmp_path / "x", *options)
    assert told.exit_code == 2, told.output
    assert "does nothing" in told.output


@pytest.mark.parametrize("option", ["--teacher", "--unlabelled"])
def test_a_teacher_and_what_it_judges_come_together(tmp_path: Path, option: str) -> None:
    told = run("train", "--output", tmp_path / "x", "--encoder", "x", "--train", "x", option, "y")
    assert told.exit_code == 2, told.output
    assert "Give --teacher and --unlabelled together." in told.output


def test_train_learns_from_a_teacher(build_model: BuildModel, tmp_path: Path) -> None:
    data, texts = tmp_path / "data.jsonl", tmp_path / "texts.jsonl"
    data.write_text('{"text": "das essen war gut", "aspects": {"food": "positive"}}\n' * 4)
    texts.write_text('{"text": "der service war langsam"}\n' * 3)
    trained = run(
        "train", "--encoder", build_model(), "--train", data, "--dev", data, "--method", "single", "--epochs", 1,
        "--teacher", build_model(method="NLI-B"), "--unlabelled", texts, "--output", tmp_path / "taught",
        "--device", "cpu",
    )  # fmt: skip
    assert trained.exit_code == 0, trained.output
    assert "and 3 sentences as tiny 1 (" in (tmp_path / "taught" / "README.md").read_text()


def test_predict_takes_an_encoding_for_standard_input_only() -> None:
    assert run("predict", "Gut.", "--encoding", "cp1252").exit_code == 2


@pytest.mark.parametrize("method", ["single", "NLI-B"])
def test_export_to_onnx_answers_alike(build_model: BuildModel, method: str) -> None:
    pytest.importorskip("onnxruntime")
    directory = build_model(method=method)
    exported = run("export", "--model", directory, "--most-lost", 1)
    assert exported.exit_code == 0, exported.output
    checks = json.loads(exported.output)
    assert checks["model.onnx"]["max_difference"] < 1e-3
    assert checks["model.onnx"]["agreement"] == 1.0
    assert checks["model.int8.onnx"]["kept"]
    assert "model.int8.onnx" in read_manifest(directory)[0].files
    texts = ["Das Essen war super, aber der Service war langsam.", "gut"]
    quick = Predictor.load(str(directory), backend="onnx")
    exact = Predictor.load(str(directory), device="cpu")
    assert quick.dtype == "int8"
    for one, other in zip(quick.predict(texts), exact.predict(texts), strict=True):
        for a, b in zip(one.sentences, other.sentences, strict=True):
            for aspect, judged in a.aspects.items():
                assert judged.confidence == pytest.approx(b.aspects[aspect].confidence, abs=0.05)


def _ruined(best: str | None) -> Callable[[Path, Path, str], None]:
    """A quantisation whose weights are noise, but for one way, which changes nothing."""

    def ruin(path: Path, target: Path, tried: str) -> None:
        model = onnx.load(str(path))
        for weights in model.graph.initializer:
            if tried != best and weights.data_type == onnx.TensorProto.FLOAT:
                numbers = numpy_helper.to_array(weights)
                noise = np.random.default_rng(3).normal(size=numbers.shape).astype(np.float32)
                weights.CopyFrom(numpy_helper.from_array(noise, weights.name))
        onnx.save(model, str(target))

    return ruin


@pytest.mark.parametrize("method", ["single", "NLI-B"])
def test_int8_that_changes_decisions_is_not_served(
    build_model: BuildModel, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = build_model(method=method)
    (directory / "model.int8.onnx").write_bytes(b"of an earlier export")
    monkeypatch.setattr("model.artifact.export.quantise", _ruined(best=None))
    exported = run("export", "--model", directory)
    assert exported.exit_code == 0, exported.output
    check = json.loads(exported.stdout)["model.int8.onnx"]
    assert (check["kept"], check["agreement"] < 0.99) == (False, True)
    assert "it was not kept, and model.onnx is served" in exported.stderr
    assert Predictor.load(str(directory), backend="onnx").dtype == "float32"


def test_a_more_careful_int8_is_tried_before_none(build_model: BuildModel, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = build_model(method="NLI-M")
    monkeypatch.setattr("model.artifact.export.quantise", _ruined(best=WAYS[1]))
    check = json.loads(run("export", "--model", directory).stdout)["model.int8.onnx"]
    assert (check["kept"], check["quantised"], check["agreement"]) == (True, WAYS[1], 1.0)


def test_export_compares_on_sentences_of_ones_own(build_model: BuildModel, tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    write(data, [Example(text=f"das essen war {n} gut", aspects={"food": "positive"}) for n in range(7)])
    exported = run("export", "--model", build_model(method="single"), "--data", data, "--most-lost", 1)
    assert json.loads(exported.stdout)["model.onnx"]["labels"] == 63


def test_export_to_torchscript_answers_alike(build_model: BuildModel) -> None:
    directory = build_model()
    exported = run("export", "--model", directory, "--format", "torchscript")
    assert exported.exit_code == 0, exported.output
    assert json.loads(exported.output)["model.torchscript.pt"]["max_difference"] < 1e-3


def test_convert_and_corpus_write_what_train_reads(tmp_path: Path) -> None:
    source, target = tmp_path / "m.txt", tmp_path / "m.jsonl"
    source.write_text("Gut .####[['NULL', 'food quality', 'positive']]\n")
    assert run("convert", source, target).exit_code == 0
    assert json.loads(target.read_text()) == {"text": "Gut .", "aspects": {"food": "positive", "quality": "positive"}}
    assert run("corpus", "check", target).exit_code == 0
    assert json.loads(run("corpus", "shares", target).output)["sentences"] == 1
    target.write_text(target.read_text() * 2)
    assert run("corpus", "check", target).exit_code == 1
    assert "1.00" in run("corpus", "near-duplicates", target).output
    assert run("convert", source, target, "--format", "semeval2016").exit_code == 1


@pytest.mark.parametrize("words", [("check", "--limit"), ("near-duplicates", "--threshold")])
@pytest.mark.parametrize("number", ["nan", "-1", "1.5", "inf"])
def test_a_share_that_is_none_is_refused_since_every_corpus_would_keep_it(words: tuple[str, str], number: str) -> None:
    assert run("corpus", *words, number, "corpus").exit_code == 2


@pytest.mark.parametrize("encoding", ["rot13", "base64", "undefined", "caf\udce9", "", "no such"])
def test_an_encoding_that_is_none_is_named(tmp_path: Path, encoding: str) -> None:
    source = tmp_path / "m.txt"
    source.write_text("Gut .####[['NULL', 'food quality', 'positive']]\n")
    done = run("convert", source, tmp_path / "m.jsonl", "--encoding", encoding)
    assert (done.exit_code, "encoding" in done.output) == (1, True), done.output


def test_what_is_not_in_the_encoding_is_said_also_where_that_names_no_byte(tmp_path: Path) -> None:
    source = tmp_path / "m.csv"
    source.write_bytes(b"text,food\n.xn--999999999999999,positive\n")
    done = run("convert", source, tmp_path / "m.jsonl", "--encoding", "idna")
    assert (done.exit_code, "is not idna" in done.output) == (1, True), done.output


def test_words_of_judgement_that_too_few_sentences_say_are_printed_blame_first(tmp_path: Path) -> None:
    listed, corpus = tmp_path / "list.txt", tmp_path / "corpus.jsonl"
    listed.write_text("lovely\t2.8\t0.4\nnasty\t-2.6\t0.5\nrude\t-2.0\t0.5\n:-(\t-1.5\t0.5\n")
    corpus.write_text('{"text": "The rudest waiter, a lovely view.", "aspects": {"service": "negative"}}\n')
    words = run("corpus", "words", corpus, "--language", "en", "--list", listed, "--least", "1")
    assert words.exit_code == 0, words.output
    assert words.output.splitlines() == ["-2.6  0  nasty"]
    listed.write_text("nothing\t0\n")
    assert run("corpus", "words", corpus, "--language", "en", "--list", listed).exit_code == 1


def test_the_reference_is_what_the_model_answers_to_texts(build_model: BuildModel, tmp_path: Path) -> None:
    directory, data = build_model(), tmp_path / "reviews.jsonl"
    data.write_text('{"text": "das essen war gut", "stars": 5}\r\n\n{"text": "gut gut"}\n', encoding="utf-8")
    shown = run("reference", "--model", directory, "--data", data)
    assert shown.exit_code == 0, shown.output
    assert "2 texts" in shown.output
    assert json.loads((directory / "reference.json").read_text())["reviews"] == 2


@pytest.mark.parametrize(
    "line", ["no JSON", "[]", '{"review": "gut"}', '{"text": 1}', '{"text": " "}', '{"text": "\\ud800"}', ""]
)
def test_what_is_no_text_makes_no_reference_and_is_named(build_model: BuildModel, tmp_path: Path, line: str) -> None:
    directory, data = build_model(), tmp_path / "reviews.jsonl"
    data.write_text(line, encoding="utf-8")
    shown = run("reference", "--model", directory, "--data", data)
    assert shown.exit_code == 1
    assert "reviews.jsonl" in shown.output
    assert not (directory / "reference.json").exists()


def test_what_is_said_of_int8_alone_is_refused_for_other_formats(build_model: BuildModel) -> None:
    told = run("export", "--model", build_model(), "--format", "torchscript", "--most-lost", 0.5)
    assert (told.exit_code, "--most-lost is for int8, which only --format onnx has." in told.output) == (2, True)

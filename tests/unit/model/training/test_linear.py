"""A linear model: what scikit-learn learned of counted terms, and what it says without scikit-learn."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

from model.artifact.engines import Engines, parts_of
from model.artifact.export import export
from model.artifact.manifest import Manifest, read_manifest, written_manifest
from model.artifact.sealing import seal
from model.data.dataset import Example, labels
from model.errors import AlteredFile, ArtifactError, DataError, ExportError, MissingFile
from model.inputs.auxiliary import Method
from model.inputs.terms import WORD, Lengths, TermEncoder, groups_of, runs_of
from model.predictor import Predictor
from model.runtime.composed import log_shares
from model.scheme import DEFAULT_SCHEME
from model.training.linear import LinearConfig, fit
from tests.support.commands import kritiq, models
from tests.unit.model.counted import EXAMPLES

CONFIG = LinearConfig(name="counted", languages=("de", "en"))
ASKED = (
    "Das Essen war großartig.", "Der Service war leider schlecht, der Wein gut.", "The wine was okay",
    "ÄRGER! 10 € für 0,2 l?", "a b c", "war war war war", "nichts davon kennt xyz", "İstanbul  war\tgut", "x" * 40,
    "Das Essen war gut, aber laut. " * 5,
)  # fmt: skip


def test_it_says_what_scikit_learns_own_pipeline_says() -> None:
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=3, max_features=200_000),
    )
    known, truth = features.fit_transform([each.text for each in EXAMPLES]), labels(EXAMPLES, DEFAULT_SCHEME)
    model = fit(CONFIG, EXAMPLES)
    manifest = Manifest(name="counted", version="1", method=Method(name="single"), max_tokens=160, linear=True)
    predictor = Predictor.of_network(manifest, *model.ready(160))
    logits = predictor.logits(predictor.encode(ASKED)).reshape(len(ASKED), 9, 5)
    found = np.exp(log_shares(logits))
    for index, aspect in enumerate(DEFAULT_SCHEME.aspects):
        seen = np.unique(truth[:, index])
        wanted = np.zeros((len(ASKED), 5))
        if len(seen) == 1:
            wanted[:, seen] = 1
        else:
            regression = LogisticRegression(C=10.0, max_iter=300).fit(known, truth[:, index])
            wanted[:, regression.classes_] = regression.predict_proba(features.transform(ASKED))
        np.testing.assert_allclose(found[:, index], wanted, atol=1e-5, err_msg=aspect)
    assert {len(np.unique(column)) for column in truth.T} == {1, 2, 5}
    # Whatever is judged beside it.
    alone = [predictor.logits(predictor.encode([text]))[0] for text in ASKED]
    np.testing.assert_array_equal(logits.reshape(len(ASKED), -1), alone)


_WORDS = TfidfVectorizer(ngram_range=(1, 2)).build_analyzer()
_LETTERS = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)).build_analyzer()


@given(st.text(max_size=40))
def test_terms_are_scikit_learns(text: str) -> None:
    assert list(runs_of(WORD.findall(text.lower()), 1, 2)) == _WORDS(text)
    assert list(groups_of(text.lower(), 2, 5)) == _LETTERS(text)


def test_tokens_are_words_and_what_is_too_long_is_cut_and_said() -> None:
    encoder = TermEncoder(Lengths(), ["das", "essen", "das essen"], [" g", "gu"], max_tokens=4)
    encoded = encoder(["Das Essen: gut!", "!", "das das das das essen", "a" * 200])
    assert encoded.pieces == (3, 0, 5, 1)
    assert encoded.unknown == (1, 0, 0, 1)
    assert encoded.lengths == (3, 1, 4, 1)
    assert encoded.truncated == (False, False, True, True)
    assert [encoder.fits(text) for text in ("das", "Das Essen: gut!", "das das das das essen")] == [True, True, False]
    assert sorted(encoded.sentences[0]) == [0, 1, 2, 3, 4]
    assert encoded.sentences[2] == (0, 0, 0, 0)
    with pytest.raises(ValueError, match="twice"):
        TermEncoder(Lengths(), ["das"], ["gu", "gu"], max_tokens=4)


def test_the_command_makes_a_model_directory_like_any_other(counted: Path, tmp_path: Path) -> None:
    told = json.loads(models("show", counted, "--json").stdout)
    assert (told["kind"], told["method"], told["variants"]) == ("linear", "single", ["model.safetensors"])
    assert told["scores"]["acsa"] > 0.9
    assert "a logistic regression for each aspect; no network" in models("card", counted).stdout
    assert {path.name for path in counted.iterdir()} == {
        "README.md", "config.json", "kritiq.json", "metrics.json", "model.safetensors", "reference.json", "terms.json",
    }  # fmt: skip
    predictor = Predictor.load(counted)
    review = predictor.predict("Das Essen war großartig. Der Service war leider schlecht.")[0]
    assert [
        {aspect: opinion.polarity for aspect, opinion in each.aspects.items() if opinion.polarity != "none"}
        for each in review.sentences
    ] == [{"food": "positive"}, {"service": "negative"}]
    assert [(each.tokens, each.unknown) for each in review.sentences] == [(4, 0), (5, 0)]
    assert 0.5 < review.sentences[0].aspects["food"].confidence < 1
    # Its version is pushed, pulled, and the same then.
    pushed = models("push", counted, tmp_path / "store")
    assert pushed.exit_code == 0, pushed.output
    address = pushed.stdout.splitlines()[-1]
    assert address.endswith(f"#counted@{read_manifest(counted)[1]}")


def test_it_is_served_where_neither_scikit_learn_nor_torch_is_installed(counted: Path) -> None:
    script = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name in ('sklearn', 'torch', 'transformers'): raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from model.predictor import Predictor\n"
        "print(len(Predictor.load(sys.argv[1]).predict('Das Essen war gut.')))"
    )
    done = subprocess.run([sys.executable, "-c", script, counted], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_two_that_use_it_have_it_in_memory_once(counted: Path) -> None:
    engines, (manifest, digest) = Engines(), read_manifest(counted)
    one = engines.load(counted, manifest, digest)
    assert engines.load(counted, manifest, digest) is one
    # What its terms take counts as well.
    assert parts_of(counted, manifest, digest)[digest] > (counted / "model.safetensors").stat().st_size


@pytest.mark.parametrize("name", ["terms.json", "config.json", "model.safetensors"])
def test_a_file_that_is_gone_or_altered_is_named(counted: Path, name: str, tmp_path: Path) -> None:
    copy = _copy(counted, tmp_path)
    (copy / name).write_bytes((copy / name).read_bytes() + b" ")
    with pytest.raises(AlteredFile, match=name):
        Predictor.load(copy)
    (copy / name).unlink()
    with pytest.raises(MissingFile, match=name):
        Predictor.load(copy)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("terms.json", '{"words": ["das"], "letters": []}'),
        ("terms.json", '{"words": [1], "letters": []}'),
        ("terms.json", "[]"),
        ("config.json", '{"terms": {"words": [2, 1], "letters": [2, 5]}}'),
        ("config.json", '{"terms": {"words": [2, 2], "letters": [2, 5]}}'),
        ("config.json", "{}"),
        ("config.json", "{"),
    ],
)
def test_files_that_do_not_fit_each_other_are_refused(counted: Path, name: str, content: str, tmp_path: Path) -> None:
    copy = _copy(counted, tmp_path)
    (copy / name).write_text(content)
    seal(copy, written_manifest(copy)[0])
    with pytest.raises(ArtifactError, match="cannot be used"):
        Predictor.load(copy)


def test_what_a_linear_model_has_not_is_refused_with_the_reason(counted: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no network to export"):
        export(counted, "onnx")
    with pytest.raises(DataError, match="nothing can be learned"):
        fit(CONFIG, [Example(text="!", aspects={})])
    manifest, _ = read_manifest(counted)
    assert Manifest.from_dict(manifest.to_dict()) == manifest
    with pytest.raises(ValueError, match="no kind of model 'forest'"):
        Manifest.from_dict(manifest.to_dict() | {"kind": "forest"})
    with pytest.raises(ValueError, match="of the method `single`"):
        replace(manifest, method=Method(name="NLI-M", templates=replace(Method().templates, pattern="{aspect}?")))
    for options, why in (
        (["--train", tmp_path, "--encoder", "x"], "--encoder does nothing with --method tfidf"),
        (["--train", tmp_path, "--epochs", "2"], "--epochs does nothing with --method tfidf"),
        ([], "give --train"),
    ):
        done = kritiq("train", "--method", "tfidf", "--output", tmp_path / "out", *options, status=2)
        assert why in done.output


def _copy(directory: Path, to: Path) -> Path:
    copy = to / "copy"
    copy.mkdir()
    for path in directory.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy

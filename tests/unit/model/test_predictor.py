"""The stages of a prediction, and bad input."""

import itertools
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.artifact.manifest import read_manifest
from model.artifact.sealing import seal
from model.errors import BackendUnavailable, InvalidArgument, NotFinite, OutOfMemory
from model.predictor import Predictor
from model.runtime.backends import allowed_cores, choose_dtype
from model.runtime.engine import NetworkEngine
from model.runtime.judgement import SentenceJudgement
from tests.unit.model.conftest import BuildModel

REVIEWS = ["Das Essen war super. Der Service war langsam!", "", "gut", "   \n ", "Die Bewertung ist gut. " * 7]


@pytest.fixture
def predictor(build_model: BuildModel) -> Predictor:
    return Predictor.load(str(build_model(method="NLI-M")), device="cpu")


def test_reviews_come_back_in_order_whatever_the_batches(predictor: Predictor) -> None:
    whole = [review.to_dict(include_none=True) for review in predictor.predict(REVIEWS)]
    for budget in (1, 60, 500):
        predictor.token_budget = budget
        assert [review.to_dict(include_none=True) for review in predictor.predict(REVIEWS)] == whole
    assert [len(review["sentences"]) for review in whole] == [2, 0, 1, 0, 7]
    for text, review in zip(REVIEWS, whole, strict=True):
        for sentence in review["sentences"]:
            assert text[sentence["start"] : sentence["end"]] == sentence["text"]


def test_batches_side_by_side_change_nothing(predictor: Predictor) -> None:
    whole = predictor.predict(REVIEWS)
    predictor.streams = 3
    predictor.token_budget = 60
    for review, expected in zip(predictor.predict(REVIEWS), whole, strict=True):
        assert review.to_dict(include_none=True) == expected.to_dict(include_none=True)


def test_a_stream_says_what_predict_says_and_reads_no_further_than_it_must(predictor: Predictor) -> None:
    read: list[str] = []

    def endless() -> Iterator[str]:
        for text in itertools.cycle(REVIEWS):
            read.append(text)
            yield text

    whole = [review.to_dict(include_none=True) for review in predictor.predict(REVIEWS)]
    stream = predictor.stream(endless(), ahead=4)
    for number, expected in enumerate(whole * 2, 1):
        assert next(stream).to_dict(include_none=True) == expected
        assert len(read) - number < 4
    known = iter(["de", None, "fr"])
    assert [review.language for review in predictor.stream(["gut", "gut", "gut"], known, ahead=1)] == ["de", "de", "fr"]


@pytest.mark.parametrize(("count", "problem"), [(1, "more texts than languages"), (4, "more languages than texts")])
def test_a_stream_loses_no_text_for_want_of_a_language(predictor: Predictor, count: int, problem: str) -> None:
    stream = predictor.stream(["gut"] * 3, iter(["de"] * count), ahead=1)
    with pytest.raises(InvalidArgument, match=problem):
        list(stream)
    for wrong in (None, 5):
        with pytest.raises(InvalidArgument):
            predictor.stream(wrong)  # type: ignore[arg-type]


def test_a_stream_goes_on_with_less_memory(predictor: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    judge, budgets = predictor.judge, list[int]()

    def fail_above(*arguments: Any) -> Any:
        budgets.append(predictor.token_budget)
        if predictor.streams > 1 or predictor.token_budget > 1000:
            raise OutOfMemory
        return judge(*arguments)

    monkeypatch.setattr(predictor, "judge", fail_above)
    predictor.streams, predictor.token_budget = 2, 4096
    assert len(list(predictor.stream(["gut"] * 3))) == 3
    assert budgets == [4096, 4096, 2048, 1024, 512]


def test_a_new_thread_uses_as_many_cores_as_it_was_told(predictor: Predictor) -> None:
    found: list[int] = []

    def stream() -> None:
        predictor._engine.backend.use_cores(1)
        torch.ones(300, 300) @ torch.ones(300, 300)
        found.append(torch.get_num_threads())

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    thread = threading.Thread(target=stream)
    thread.start()
    thread.join()
    torch.set_num_threads(before)
    assert found == [1]


@pytest.mark.parametrize(
    ("limits", "cores"), [("200000 100000", 2), ("150000 100000", 2), ("5000 100000", 1), ("max 100000", 8)]
)
def test_a_containers_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: str, cores: int) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)))
    (tmp_path / "cpu.max").write_text(limits)
    assert allowed_cores(tmp_path / "cpu.max") == cores
    assert allowed_cores(tmp_path / "none") == 8


def test_no_texts_give_no_predictions(predictor: Predictor) -> None:
    assert predictor.predict([]) == []
    assert predictor.judge(predictor.encode([])) == []


def test_ten_thousand_words_are_all_read(predictor: Predictor) -> None:
    (review,) = predictor.predict(["gut " * 10_000])
    assert [sentence.truncated for sentence in review.sentences] == [False]
    _, [sentence] = predictor.split("gut " * 10_000)
    assert sum(len(piece.split()) for piece in sentence.inputs) >= 10_000


def test_an_old_checkpoint_cuts_ten_thousand_words_and_says_so(build_model: BuildModel) -> None:
    directory = build_model(method="NLI-B", max_tokens=493, positions=512)
    old = Predictor.load(str(directory), device="cpu")
    (review,) = old.predict(["gut " * 10_000])
    assert [sentence.truncated for sentence in review.sentences] == [True]


def test_what_is_not_read_whole_says_so(predictor: Predictor) -> None:
    assert predictor.judge(predictor.encode(["gut " * 10_000]))[0].truncated
    assert not predictor.predict(["gut"])[0].sentences[0].truncated


def test_a_text_that_says_nothing_has_no_aspects_and_costs_nothing(predictor: Predictor) -> None:
    for text in ("null", "...", "👍👍👍"):
        (review,) = predictor.predict([text])
        assert [sentence.to_dict()["aspects"] for sentence in review.sentences] == [{}]
        assert predictor.counters.tokens == 0


def test_a_judgement_too_few_is_no_review(predictor: Predictor) -> None:
    language, sentences = predictor.split("Gut. " + "gut " * 100)
    judged = predictor.judge(predictor.encode(["gut"]))
    with pytest.raises(ValueError, match="input"):
        predictor.assemble(language, sentences, judged)


@pytest.mark.parametrize("text", ["\ud800 gut", "\x00gut\x00", "ﷺ" * 50_000, "\u202e gut", "👨‍👩‍👧‍👦" * 300])
def test_strange_characters_are_predicted(predictor: Predictor, text: str) -> None:
    (review,) = predictor.predict([text])
    assert review.sentences


def test_an_unknown_language_is_said_and_predicted(predictor: Predictor) -> None:
    (review,) = predictor.predict(["La cuisine était très bonne et le service aussi."])
    assert review.to_dict()["language"] == "fr"
    assert review.to_dict()["language_known"] is False
    assert len(review.sentences) == 1
    assert "language_known" not in predictor.predict(["Das Essen war gut."])[0].to_dict()
    assert predictor.predict(["gut"], ["fr"])[0].language == "fr"


def test_encoding_on_other_threads_changes_nothing(predictor: Predictor) -> None:
    texts = [f"Das Essen war gut {'!' * (n % 9)}" for n in range(200)]
    expected = predictor.encode(texts)
    before = set(threading.enumerate())
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(lambda _: predictor.encode(texts), range(24)))
    assert set(threading.enumerate()) <= before, "no thread is left behind"
    assert expected.tokens == sum(expected.lengths)
    assert len(expected) == 200


def test_counters_tell_of_the_last_call(predictor: Predictor) -> None:
    encoded = predictor.encode(["gut", "Das Essen war super , aber der Service war langsam ."])
    predictor.judge(encoded)
    counters = predictor.counters
    assert counters.tokens == encoded.tokens <= counters.padded_tokens
    assert counters.batches == 1


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("CUDA out of memory. Tried"),
    ],
)
def test_out_of_memory_has_a_name_and_is_not_final(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(predictor._engine.backend, "_network", fail)
    with pytest.raises(OutOfMemory) as caught:
        predictor.predict(["gut"])
    assert caught.value.permanent is False


def test_other_errors_keep_their_name(predictor: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("shape mismatch")

    monkeypatch.setattr(predictor._engine.backend, "_network", fail)
    with pytest.raises(RuntimeError, match="shape"):
        predictor.predict(["gut"])


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_no_judgement(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch, number: float
) -> None:
    """Of a network whose weights are broken, or too large for its numbers: a result would have a confidence of null."""
    engine = predictor._engine
    assert isinstance(engine, NetworkEngine)
    logits = engine.backend.logits

    def broken(*rows: Any) -> Any:
        found = logits(*rows)
        found[0, 0] = number
        return found

    monkeypatch.setattr(engine.backend, "logits", broken)
    with pytest.raises(NotFinite):
        predictor.predict("Das Essen war super.")


def test_judgements_survive_the_cache(predictor: Predictor) -> None:
    for judgement in predictor.judge(predictor.encode(["gut", "schlecht " * 300])):
        stored = judgement.to_bytes()
        assert len(stored) == 231
        read = SentenceJudgement.from_bytes(stored)
        assert (read.labels, read.truncated) == (judgement.labels, judgement.truncated)
        assert read.confidences == pytest.approx(judgement.confidences)
        assert read.scores == pytest.approx(judgement.scores)


@given(st.binary(max_size=60))
def test_foreign_bytes_are_refused_or_read(data: bytes) -> None:
    try:
        judgement = SentenceJudgement.from_bytes(data)
    except ValueError:
        return
    assert len(judgement.labels) == len(judgement.confidences) == data[0]


@pytest.mark.parametrize(("native", "chosen"), [(True, "bfloat16"), (False, "float16")])
def test_a_gpu_that_only_emulates_bfloat16_is_not_given_it(
    monkeypatch: pytest.MonkeyPatch, native: bool, chosen: str
) -> None:
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation=True: native or including_emulation)
    assert [choose_dtype(asked, "cuda") for asked in (None, "auto")] == [chosen, chosen]
    if not native:
        with pytest.raises(BackendUnavailable, match="only emulates"):
            choose_dtype("bfloat16", "cuda:1")


def test_an_old_checkpoint_runs_in_what_keeps_its_labels(
    build_model: BuildModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.runtime.backends.cpu_has_bfloat16", lambda: True)
    old = build_model(method="NLI-B", max_tokens=493, positions=512)
    assert Predictor.load(old, device="cpu", dtype="auto").dtype == "float32"
    assert Predictor.load(old, device="cpu", dtype="bfloat16").dtype == "bfloat16"
    other = build_model(method="NLI-M", name="other")
    assert Predictor.load(other, device="cpu", dtype="auto").dtype == "bfloat16"


@pytest.mark.parametrize(
    ("kept", "multiplies", "chosen"),
    [
        ({"agreement": 0.999, "spoken_agreement": 0.995}, True, "bfloat16"),
        ({"agreement": 0.999, "spoken_agreement": 0.995}, False, "float32"),
        ({"agreement": 0.999, "spoken_agreement": 0.985}, True, "float32"),
        ({"agreement": 0.98, "spoken_agreement": 0.995}, True, "float32"),
        ({"agreement": 0.999, "spoken_agreement": None}, True, "float32"),
        ({"agreement": "most", "spoken_agreement": "most"}, True, "float32"),
        (None, True, "float32"),
    ],
)
def test_a_cpu_rounds_unasked_only_what_the_card_says_keeps_its_labels(
    build_model: BuildModel, monkeypatch: pytest.MonkeyPatch, kept: object, multiplies: bool, chosen: str
) -> None:
    monkeypatch.setattr("model.runtime.backends.cpu_has_bfloat16", lambda: multiplies)
    directory = build_model()
    if kept is not None:
        (directory / "metrics.json").write_text(json.dumps({"bfloat16": kept}))
        seal(directory, read_manifest(directory)[0])
    assert Predictor.load(directory, device="cpu").dtype == chosen
    assert Predictor.load(directory, device="cpu", dtype="float32").dtype == "float32"


def test_what_is_not_on_this_machine_is_said(build_model: BuildModel) -> None:
    directory = str(build_model(name="other"))
    for wrong in ({"backend": "tpu"}, {"dtype": "int3"}, {"backend": "onnx", "device": "cuda"}):
        with pytest.raises(BackendUnavailable):
            Predictor.load(directory, **wrong)
    assert choose_dtype(None, "cpu") == "float32"

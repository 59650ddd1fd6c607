"""Texts in, predictions out: one loaded model and the stages of a prediction."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from model.arguments import each_pair, languages_of, positive, texts_of
from model.artifact.engines import Engines
from model.artifact.loading import locate
from model.artifact.manifest import Manifest, read_manifest
from model.errors import OutOfMemory
from model.info import Counters, Running
from model.inputs.batching import grouped
from model.inputs.encoding import Encoded, RowEncoder
from model.predictions import ReviewPrediction, SentencePrediction
from model.runtime.backends import Backend
from model.runtime.engine import Engine, Load, NetworkEngine
from model.runtime.judgement import Floats, SentenceJudgement, finite, judgements, merged
from model.runtime.memory import use_less_memory
from model.runtime.streams import Between
from model.runtime.whole_inputs import Judged
from model.text import reading
from model.text.sentences import Sentence

if TYPE_CHECKING:
    import torch

#: Language and sentences of a review.
Split = tuple[str, Sequence[Sentence]]

#: Sentences that `stream` judges together. Small parts are mostly padding: see `worker.predict.prepare`.
AHEAD = 1024


class Predictor:
    """One model, ready to predict. `encode` and `judge` may run on any thread, also beside each other."""

    def __init__(
        self,
        *,
        manifest: Manifest,
        digest: str,
        engine: Engine,
        token_budget: int | None = None,
        directory: Path | None = None,
        engines: Engines | None = None,
    ) -> None:
        self.info = manifest.info(digest)
        #: How each of its networks runs, and what was measured for that.
        self.runs: tuple[Running, ...] = engine.runs
        self.method = manifest.method
        #: Where it was loaded from; None for one that was put together in memory.
        self.directory = directory
        #: What else may be made of the same networks: see `load`.
        self.engines = engines or Engines()
        #: How many batches are judged at a time, if there are so many; may be set at any time.
        self.streams = engine.cores
        #: Longest times count of a batch, in tokens; may be set at any time.
        self.token_budget = positive("token_budget", token_budget) or engine.default_budget
        self.counters = Counters()
        self._manifest = manifest
        self._engine = engine
        #: Whether it reads each sentence whole and as it was written, as the old service did.
        self.reads_as_sent = manifest.keeps_old_labels

    @classmethod
    def load(
        cls,
        path_or_hub_name: str | os.PathLike[str],
        *,
        device: str | torch.device | None = None,
        dtype: str | torch.dtype | None = None,
        backend: str = "torch",
        token_budget: int | None = None,
        engines: Engines | None = None,
    ) -> Predictor:
        """Load a model directory or a model of the hub.

        `device` is a torch.device or its name (default: a GPU when there is one), `dtype` float32, bfloat16, float16,
        auto, or a torch.dtype (default: see `model.artifact.loading.load_backend`), `backend` one of
        `model.artifact.running.BACKENDS`, `token_budget` the padded tokens of one batch. With the `engines` of another
        predictor, what both are made of is in memory once. Raises ArtifactError and its kinds naming the file at fault,
        BackendUnavailable, OutOfMemory,
        InvalidArgument.
        """
        positive("token_budget", token_budget)
        directory, engines = locate(str(path_or_hub_name)), engines or Engines()
        manifest, digest = read_manifest(directory)
        return cls(
            manifest=manifest,
            digest=digest,
            engine=engines.load(
                directory,
                manifest,
                digest,
                backend=backend,
                device=None if device is None else str(device),
                dtype=None if dtype is None else str(dtype).removeprefix("torch."),
            ),
            token_budget=token_budget,
            directory=directory,
            engines=engines,
        )

    @classmethod
    def of_network(cls, manifest: Manifest, encoder: RowEncoder, backend: Backend) -> Predictor:
        """One that was put together in memory, and is no version of a model."""
        engine = NetworkEngine(encoder, backend, outputs=manifest.method.outputs, token_types=manifest.token_types)
        return cls(manifest=manifest, digest="", engine=engine)

    @property
    def device(self) -> str:
        return self._engine.device

    @property
    def dtype(self) -> str:
        return self._engine.dtype

    def split(
        self, text: str, language: str | None = None, between: Callable[[], None] = lambda: None
    ) -> tuple[str, list[Sentence]]:
        """The language of a text, detected unless given, and its sentences; `encode` gets the `inputs` of each.

        `between`: see `model.text.sentences`.
        """
        if self.reads_as_sent:
            return reading.read_as_sent(text, language, between)
        return reading.read(text, language, self._engine.fits, between)

    def split_as_old(self, text: str, between: Callable[[], None] = lambda: None) -> tuple[str, list[Sentence]]:
        """The same in the sentences of the service that Kritiq replaced, for answers in its form."""
        return reading.read_in_old_sentences(text, self._engine.fits, self.reads_as_sent, between)

    def encode(self, sentences: Sequence[str]) -> Encoded:
        """Inputs of sentences to token rows. CPU only; safe beside `judge` on another thread."""
        return self._engine.encode(sentences)

    def row_lengths(self, encoded: Encoded) -> list[int]:
        """Tokens of every row that the (first) network will read, sentence by sentence, before padding."""
        return self._engine.row_lengths(encoded)

    def judge(self, encoded: Encoded, between: Between = None, judged: Judged = None) -> list[SentenceJudgement]:
        """Run the network, one judgement per input. Raises OutOfMemory, after which a smaller budget may do.

        `between` is called between two batches: something more urgent may use the device there. On a CPU several are
        judged at a time, and it is called on any of their threads; see `model.runtime.streams`. `judged` is told after
        each batch, on its thread, which inputs are done. Raises NotFinite.
        """
        return judgements(
            finite(self.logits(encoded, between, judged)), self.method, temperature=self._manifest.temperature,
            truncated=encoded.truncated, pieces=encoded.pieces, unknown=encoded.unknown,
        )  # fmt: skip

    def logits(self, encoded: Encoded, between: Between = None, judged: Judged = None) -> Floats:
        """The network's answers (rows, outputs), in the order of the sentences, whatever batches they went in."""
        load = Load(token_budget=self.token_budget, streams=self.streams)
        found, self.counters = self._engine.logits(encoded, load, between, judged)
        return found

    def assemble(
        self, language: str, sentences: Sequence[Sentence], judged: Sequence[SentenceJudgement]
    ) -> ReviewPrediction:
        """A review's sentences and the judgements of all their inputs, in the same order, as its prediction."""
        inputs = [sentence.inputs for sentence in sentences]
        return ReviewPrediction(
            language=language,
            known_language=language in self.info.languages,
            sentences=tuple(
                SentencePrediction(
                    index=sentence.index,
                    start=sentence.start,
                    end=sentence.end,
                    text=sentence.text,
                    truncated=judgement.truncated,
                    tokens=judgement.tokens,
                    unknown=judgement.unknown,
                    aspects=judgement.aspects(self.method, self._manifest.confidence_low),
                )
                for sentence, judgement in zip(sentences, self._merged(inputs, judged), strict=True)
            ),
        )

    def _merged(
        self, inputs: Sequence[tuple[str, ...]], judged: Sequence[SentenceJudgement]
    ) -> list[SentenceJudgement]:
        if sum(map(len, inputs)) != len(judged):
            raise ValueError(f"{len(judged)} judgements are not one for each input")
        following = iter(judged)
        return [merged([next(following) for _ in texts], self.method.scheme) for texts in inputs]

    def judge_sentences(
        self, texts: Sequence[str], between: Callable[[], None] | None = None
    ) -> list[SentenceJudgement]:
        """Judge texts that are a sentence each, unsplit, read as `split` would read them. `between`: see `judge`."""
        inputs = [(text,) if self.reads_as_sent else reading.inputs_of(text, self._engine.fits) for text in texts]
        return self._merged(inputs, self.judge(self.encode([text for cut in inputs for text in cut]), between))

    def predict(
        self, texts: str | Iterable[str], languages: str | Iterable[str | None] | None = None
    ) -> list[ReviewPrediction]:
        """Predict whole reviews: a list with one prediction per text, also when `texts` is one string.

        `languages` are ISO 639-1 codes where they are known, one for all or one per text. Raises InvalidArgument.
        """
        reviews = texts_of(texts)
        known = languages_of(languages, len(reviews))
        return self._predicted([self.split(text, code) for text, code in zip(reviews, known, strict=True)])

    def stream(
        self,
        texts: str | Iterable[str],
        languages: str | Iterable[str | None] | None = None,
        *,
        ahead: int = AHEAD,
    ) -> Iterator[ReviewPrediction]:
        """Predict whole reviews one after another, however many: what `predict` says of each, in their order.

        Lazy: no more is read of `texts`, or kept, than is judged together, which are as many reviews as have `ahead`
        sentences. 1 has each predicted before the next one is read. Raises InvalidArgument, OutOfMemory when not even
        less at a time fits.
        """
        most = positive("ahead", ahead) or AHEAD
        split = (self.split(text, code) for text, code in each_pair(texts, languages))
        return (review for part in grouped(split, _inputs, most) for review in self._predicted_somehow(part))

    def _predicted_somehow(self, reviews: Sequence[Split]) -> list[ReviewPrediction]:
        while True:
            try:
                return self._predicted(reviews)
            except OutOfMemory:
                if not use_less_memory(self):
                    raise

    def _predicted(self, reviews: Sequence[Split]) -> list[ReviewPrediction]:
        inputs = [text for _, sentences in reviews for sentence in sentences for text in sentence.inputs]
        judged = iter(self.judge(self.encode(inputs)))
        return [
            self.assemble(language, sentences, [next(judged) for sentence in sentences for _ in sentence.inputs])
            for language, sentences in reviews
        ]


def _inputs(review: Split) -> int:
    return sum(len(sentence.inputs) for sentence in review[1])

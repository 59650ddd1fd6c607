"""Jobs, claims, outcomes, and a predictor that needs no torch."""

import itertools
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

import orjson

from jobs.backlog import WorkerInfo
from jobs.celery_task import CeleryMessage
from jobs.job import Claim, Job, JobError, Outcome, Status, new_id
from jobs.request import JobRequest, Priority, estimate_sentences
from jobs.settings import Settings
from jobs.store import JobStore
from jobs.timings import Timings
from model.errors import OutOfMemory
from model.info import Counters, ModelInfo, Running
from model.predictions import AspectPrediction, ReviewPrediction, SentencePrediction
from model.predictor import Predictor
from model.scheme import DEFAULT_SCHEME
from model.text.sentences import Sentence
from store import queues
from store.jobs import RedisStore

#: Longer than any test takes; tests that want a lease to end say `advance`.
LEASE_MS = 600_000
REVIEW = "Das Essen war gut. Der Service war schlecht."
RESULT = orjson.dumps({"language": "de", "sentences": []})
MODEL = {"name": "fake", "version": "1"}
TIMINGS = Timings(tokenize_ms=2, wait_ms=1, inference_ms=7)

_numbers = itertools.count(1)


def make_settings(**changes: Any) -> Settings:
    """Settings that know neither the environment nor a `.env`; they ask nobody for a key, and note nothing."""
    return Settings(_env_file=None, **{"auth": "off", "audit_entries": 0} | changes)  # type: ignore[call-arg]


#: Members of a job that a request has: factories take them beside the job's own.
ASKED = frozenset(field.name for field in fields(JobRequest))


def make_request(changes: dict[str, Any]) -> JobRequest:
    """The request of those `changes` that are a request's; they are taken out."""
    return JobRequest(**{name: changes.pop(name) for name in ASKED & changes.keys()})


def make_job(**changes: Any) -> Job:
    """A new job; members of its request may stand beside its own. A `model` that is a name is the one asked for."""
    judged = {"model": changes.pop("model")} if isinstance(changes.get("model"), Mapping) else {}
    request = make_request(changes)
    return Job(**({"id": new_id(), "request": request} | changes | judged))


def create(store: JobStore, text: str = REVIEW, **changes: Any) -> Job:
    """A stored, waiting job; its weight is that of its text unless given."""
    job = make_job(**({"weight": estimate_sentences(text)} | changes))
    return store.create(job, text).job


def create_of_each_kind(store: RedisStore, number: int) -> None:
    """So many jobs of each priority and so many that are due in an hour, of three organisations, and as many messages
    of another Celery client."""
    for _ in range(number):
        for tenant in ("default", "acme", "zeta"):
            for priority in Priority:
                create(store, tenant=tenant, priority=priority)
            create(store, tenant=tenant, due_at=int(time.time() * 1000) + 3_600_000)
        store.client.lpush(queues.CELERY_QUEUE, "of another client")


def claim(store: JobStore, *, jobs: int = 100, weight: int = 10_000, **changes: Any) -> list[Claim]:
    """What a worker gets; messages of other Celery clients are not expected."""
    taken = store.claim(**({"jobs": jobs, "weight": weight, "lease_ms": LEASE_MS} | changes))
    assert all(isinstance(item, Claim) for item in taken), taken
    return cast("list[Claim]", taken)


def make_claim(text: str = REVIEW, **changes: Any) -> Claim:
    """A claim that no store knows."""
    number = next(_numbers)
    request = make_request(changes)
    given: dict[str, Any] = {
        "tag": f"tag-{number}", "tenant": "default", "id": f"job-{number}", "attempt": 1, "text": text,
        "request": request, "weight": estimate_sentences(text), "queue_ms": 0, "ttl_ms": 86_400_000,
    }  # fmt: skip
    return Claim(**(given | changes))


def succeeded(claim: Claim, result: bytes = RESULT) -> Outcome:
    return Outcome(claim=claim, status=Status.SUCCEEDED, result=result, model=MODEL, timings=TIMINGS)


def failed(claim: Claim, code: str = "prediction_failed") -> Outcome:
    error = JobError(code=code, message="The model failed on this text.")
    return Outcome(claim=claim, status=Status.FAILED, error=error, model=MODEL)


def work_off(store: JobStore, result: bytes = RESULT) -> list[Status | None]:
    """Do all that waits, as a worker would, with one result for all."""
    return store.complete([succeeded(taken, result) for taken in claim(store)])


def make_worker(name: str = "worker@here", **changes: Any) -> WorkerInfo:
    given: dict[str, Any] = {"name": name, "model": MODEL, "device": "cpu", "rate": None}
    return WorkerInfo(**(given | changes))


@dataclass(frozen=True)
class FakeEncoded:
    """What `FakePredictor.encode` gives: the sentences themselves."""

    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def __add__(self, more: "FakeEncoded") -> "FakeEncoded":
        return FakeEncoded(self.texts + more.texts)


class FakePredictor:
    """`model.predictor.Predictor` without a network: "gut" is food positive, "schlecht" is service negative.

    `poison` in a sentence makes `judge` raise, `unreadable` in a text makes `split` raise; more than `most` sentences
    at once are out of memory, however small the budget; `gate` holds `judge` until the test sets it.
    """

    def __init__(
        self,
        *,
        poison: str | None = None,
        unreadable: str | None = None,
        most: int | None = None,
        gate: threading.Event | None = None,
        token_budget: int = 2048,
        languages: tuple[str, ...] = ("de", "en"),
    ) -> None:
        self.poison, self.unreadable, self.most, self.gate = poison, unreadable, most, gate
        self.token_budget = token_budget
        self.streams = 1
        self.device = "cpu"
        self.directory: Path | None = None
        self.engines = None
        self.runs: tuple[Running, ...] = ()
        self.counters = Counters()
        self.info = ModelInfo(
            name="fake", version="1", digest="0" * 64, method="NLI-M", languages=languages, scheme=DEFAULT_SCHEME,
            max_tokens=128,
        )  # fmt: skip
        #: Set while `judge` is at work; the sentences of each call that came through.
        self.judging = threading.Event()
        self.judged: list[tuple[str, ...]] = []
        #: What was cut as the old service cut it.
        self.split_old: list[str] = []
        #: How many calls are in `judge`, and how many were at most.
        self.at_once = self.most_at_once = 0

    def split(
        self, text: str, language: str | None = None, between: Callable[[], None] = lambda: None
    ) -> tuple[str, list[Sentence]]:
        if self.unreadable is not None and self.unreadable in text:
            raise RuntimeError("unreadable")
        found = [match for match in re.finditer(r"[^.!?]+[.!?]*", text) if match[0].strip()]
        sentences = []
        for index, match in enumerate(found):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            end = start + len(match[0].strip())
            sentences.append(Sentence(index=index, start=start, end=end, text=text[start:end]))
        return language or "de", sentences

    def split_as_old(self, text: str, between: Callable[[], None] = lambda: None) -> tuple[str, list[Sentence]]:
        self.split_old.append(text)
        return self.split(text)

    def encode(self, sentences: Sequence[str]) -> FakeEncoded:
        return FakeEncoded(tuple(sentences))

    def judge(
        self,
        encoded: FakeEncoded,
        between: Callable[[], None] | None = None,
        judged: Callable[[Sequence[int]], None] | None = None,
    ) -> list[str]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        half = len(encoded.texts) // 2
        if judged is not None:
            judged(range(half))
        self.judging.set()
        if self.gate is not None:
            assert self.gate.wait(60), "the test never opened the gate"
        if judged is not None:
            judged(range(half, len(encoded.texts)))
        self.at_once -= 1
        if self.most is not None and len(encoded.texts) > self.most:
            raise OutOfMemory
        if self.poison is not None and any(self.poison in text for text in encoded.texts):
            raise RuntimeError("poisoned")
        self.judged.append(encoded.texts)
        return list(encoded.texts)

    def assemble(self, language: str, sentences: Sequence[Sentence], judged: Sequence[str]) -> ReviewPrediction:
        predictions = [
            SentencePrediction(
                index=sentence.index, start=sentence.start, end=sentence.end, text=sentence.text, truncated=False,
                aspects={aspect: self._aspect(aspect, text) for aspect in DEFAULT_SCHEME.aspects},
            )
            for sentence, text in zip(sentences, judged, strict=True)
        ]  # fmt: skip
        known = language in self.info.languages
        return ReviewPrediction(language=language, known_language=known, sentences=tuple(predictions))

    def _aspect(self, aspect: str, text: str) -> AspectPrediction:
        heard = {"food": ("gut", "positive"), "service": ("schlecht", "negative")}.get(aspect)
        polarity = heard[1] if heard and heard[0] in text else "none"
        scores = {name: float(name == polarity) for name in DEFAULT_SCHEME.polarities}
        return AspectPrediction(polarity=polarity, confidence=0.9, scores=scores)

    def as_predictor(self) -> Predictor:
        """Itself, for what is annotated with the real one."""
        return cast("Predictor", self)


def no_messages(message: CeleryMessage, *, lease_ms: int) -> Claim | None:
    """For consumers whose queues hold our own messages only."""
    raise AssertionError(f"nobody sent {message}")

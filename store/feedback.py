"""What people say of judgements, in Redis: a hash for each job or line of a batch that something was said of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from jobs.errors import FeedbackFull, TextErased, Unavailable
from jobs.feedback import Correction, Feedback, FeedbackFilter, JudgedLine, JudgedSentence, examples, line_id
from jobs.job import Job
from jobs.members import known_members
from store import feedback_keys, keys
from store.listing import Slice, newest
from store.scripts import RedisBase, translated
from store.sealing import Sealing

#: Fields that have a sentence, by its index, or what was said of one, by index and aspect.
_SENTENCE, _CORRECTION = "sentence", "correction"
#: Why nothing more is kept, and how long whoever is refused for what others have should wait, in seconds.
OWN_FULL = "Your feedback takes as many bytes as it may: export it, and delete some."
ALL_FULL, RETRY_S = "All feedback that is kept here leaves no room for more (KRITIQ_FEEDBACK_BYTES).", 300
#: Jobs that are read at once.
_STEP = 100


class Changed(Exception):
    """A line's chunk was changed since it was read: read it again."""


class FeedbackStore(RedisBase):
    """Keeps it for as long as it may be kept, and no longer than its job or batch where that has a time of its own.

    `id` of something is a job's, or what `jobs.feedback.line_id` gives.
    """

    @translated
    def put(
        self,
        job: Job | JudgedLine,
        language: str,
        sentence: JudgedSentence,
        correction: Correction,
        *,
        most: int,
        ttl_ms: int,
    ) -> bool | None:
        """Keep what somebody says of a sentence of a job or line; said again it is the same, and the last word counts.

        The first of it decides how long all of it is kept: `ttl_ms`, or as long as a job or batch whose client said how
        long. True when it is kept, False when the organisation has feedback on `most` already, None when the result is
        not there (any more). Raises Changed; FeedbackFull when the organisation's takes as many bytes as it may, and
        Unavailable when that of all does.
        """
        tenant, sealing = job.tenant, self._sealing
        about = {
            "restaurant": job.request.restaurant, "external_author": job.request.external_author,
            "language": language, "model": job.model,
        }  # fmt: skip
        line = list[Any]()
        if isinstance(job, JudgedLine):
            about["custom_id"] = job.custom_id
            line = [job.batch_id, job.chunk_id, job.chunk_version]
        told = {"polarity": correction.polarity, "by": correction.by, "key_id": correction.key_id}
        life = "" if job.request.ttl_s is not None else ttl_ms
        verdict = "right" if correction.polarity == sentence.polarity(correction.aspect) else "corrected"
        judged = {"text": sentence.text, "aspects": sentence.aspects}
        answer = self._run("feedback/put", args=[
            tenant, job.id, most, life, sealing.seal(tenant, orjson.dumps(about)), correction.sentence,
            sealing.seal(tenant, orjson.dumps(judged)), correction.aspect,
            self._told(job, correction, orjson.dumps(told)), verdict, *line,
        ])  # fmt: skip
        if answer == b"changed":
            raise Changed
        if answer == b"own":
            raise FeedbackFull(OWN_FULL)
        if answer == b"all":
            raise Unavailable(ALL_FULL, retry_after_s=RETRY_S)
        return {b"kept": True, b"full": False, b"missing": None}[answer]

    def _told(self, job: Job | JudgedLine, correction: Correction, told: bytes) -> bytes:
        """What is kept of a correction: the very bytes that are there when it says the same."""
        if not self._sealing.on:
            return told
        field = f"{_CORRECTION}|{correction.sentence}|{correction.aspect}"
        held: Any = self._redis.hget(feedback_keys.FEEDBACK(job.tenant, job.id), field)
        before = (held or b"").partition(b"\n")[2]
        try:
            same = self._sealing.open(job.tenant, before) == told
        except TextErased:
            same = False
        return before if same else self._sealing.seal(job.tenant, told)

    @translated
    def now_ms(self) -> int:
        """The time of the clock that says when something was said, in milliseconds since the epoch: Redis' own."""
        return self._now_ms()

    @translated
    def of(self, tenant: str, id: str) -> Feedback | None:
        """What was said of a job or a line, whether or not it is past its time; None when nothing was, or it is over.

        Of an id that has come back for another job: nothing.
        """
        pipe = self._redis.pipeline(transaction=False)
        pipe.hgetall(feedback_keys.FEEDBACK(tenant, id))
        pipe.hget(keys.JOB(tenant, id), "created_at")
        raw, made = pipe.execute()
        if made is not None and made != raw.get(b"job_at"):
            return None
        return _feedback(tenant, id, raw, self._now_ms(), self._sealing)

    @translated
    def read(self, named: Sequence[tuple[str, str]]) -> list[tuple[Feedback, int] | None]:
        """What was said of those with these tenants and ids, each with when its job, or its line's chunk, was made, in
        milliseconds since the epoch; None where nothing was, or it is over."""
        pipe = self._redis.pipeline(transaction=False)
        for tenant, id in named:
            pipe.hgetall(feedback_keys.FEEDBACK(tenant, id))
        now, found = self._now_ms(), list[tuple[Feedback, int] | None]()
        for (tenant, id), raw in zip(named, pipe.execute(), strict=True):
            kept = _feedback(tenant, id, raw, now, self._sealing)
            found.append(None if kept is None else (kept, int(raw[b"job_at"])))
        return found

    @translated
    def page(
        self, tenant: str, wanted: FeedbackFilter, *, size: int, before: tuple[int, str] | None = None
    ) -> Slice[Feedback]:
        """What was said of up to `size` jobs and lines, newest first, older than `before`."""
        now = self._now_ms()
        begin = "" if wanted.batch_id is None else line_id(wanted.batch_id, 0)[:-1]

        def read(ids: list[str]) -> list[Feedback | None]:
            fit = [name for name in ids if name.startswith(begin)]
            pipe = self._redis.pipeline(transaction=False)
            for name in fit:
                pipe.hgetall(feedback_keys.FEEDBACK(tenant, name))
            rows = zip(fit, pipe.execute(), strict=True)
            found = {name: _feedback(tenant, name, raw, now, self._sealing) for name, raw in rows}
            shown = {name: each for name, each in found.items() if each is not None and wanted.shows(each)}
            return [shown.get(name) for name in ids]

        return newest(
            self._redis, [feedback_keys.FEEDBACKS(tenant)], read, size=size, before=before, since_ms=wanted.since_ms,
            until_ms=wanted.until_ms,
        )  # fmt: skip

    @translated
    def delete(self, tenant: str, id: str, of: tuple[int, str] | None = None) -> bool:
        """Take away what was said of a job or a line, or of one sentence's aspect (`of`); whether there was any."""
        return bool(self._run("feedback/delete", args=[tenant, id, *(of or ())]))


def all_feedback(store: FeedbackStore, tenant: str, wanted: FeedbackFilter) -> Iterator[Feedback]:
    """What was said of every job and line, newest first. Raises Unavailable."""
    place: tuple[int, str] | None = None
    while True:
        page = store.page(tenant, wanted, size=_STEP, before=place)
        yield from page.found
        if page.next is None:
            return
        place = page.next


def example_lines(store: FeedbackStore, tenant: str, wanted: FeedbackFilter) -> Iterator[bytes]:
    """What can be learned from it, newest first, as training data: a JSON object on a line for each sentence, as
    `jobs.feedback.examples` describes it. Raises Unavailable."""
    for feedback in all_feedback(store, tenant, wanted):
        for example in examples(feedback):
            yield orjson.dumps(example, option=orjson.OPT_APPEND_NEWLINE)


def _feedback(tenant: str, id: str, raw: Mapping[bytes, bytes], now_ms: int, sealing: Sealing) -> Feedback | None:
    """The feedback whose fields are `raw`, as far as it may be seen at `now_ms`. Raises TextKeyMissing."""
    if not raw or int(raw[b"expires_at"]) <= now_ms:
        return None
    try:
        return _read(tenant, id, raw, sealing)
    except TextErased:
        return None


def _read(tenant: str, id: str, raw: Mapping[bytes, bytes], sealing: Sealing) -> Feedback:
    sentences, corrections = [], []
    for name, value in raw.items():
        kind, _, of = name.decode().partition("|")
        if kind == _SENTENCE:
            sentences.append(_sentence(int(of), sealing.open(tenant, value)))
        elif kind == _CORRECTION:
            index, _, aspect = of.partition("|")
            at, _, told = value.partition(b"\n")
            members = known_members(Correction, orjson.loads(sealing.open(tenant, told)))
            corrections.append(Correction(sentence=int(index), aspect=aspect, at=int(at), **members))
    batch, _, line = id.partition("/")
    return Feedback(
        job_id=None if line else id,
        batch_id=batch if line else None,
        line=int(line) if line else None,
        tenant=tenant,
        created_at=int(raw[b"created_at"]),
        expires_at=int(raw[b"expires_at"]),
        sentences=sorted(sentences, key=lambda each: each.index),
        corrections=sorted(corrections, key=lambda each: (each.sentence, each.aspect)),
        **known_members(Feedback, orjson.loads(sealing.open(tenant, raw[b"about"]))),
    )


def _sentence(index: int, value: bytes) -> JudgedSentence:
    told = orjson.loads(value)
    aspects = {aspect: (polarity, confidence) for aspect, (polarity, confidence) in told["aspects"].items()}
    return JudgedSentence(index=index, text=told["text"], aspects=aspects)

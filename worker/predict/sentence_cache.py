"""What was judged before: sentences come again, word for word, in many reviews."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import redis

from model.runtime.judgement import FORMAT, SentenceJudgement
from store.scripts import RedisBase
from telemetry.trouble import Trouble

log = logging.getLogger(__name__)


class SentenceCache(Protocol):
    """Remembers judgements by what the network read: a sentence, or a piece of a long one."""

    def look_up(self, sentences: Sequence[str]) -> Mapping[int, SentenceJudgement]:
        """What is known, by position in `sentences`."""

    def remember(self, judged: Mapping[str, SentenceJudgement]) -> None:
        """Keep these."""


class RedisCache(RedisBase):
    """Keeps at most `most` judgements, those used last, under a digest of model, method and sentence.

    When Redis is away it knows nothing, and when Redis is full it keeps nothing new.
    """

    def __init__(self, client: redis.Redis, *, model_digest: str, method: str, ttl_s: int, most: int) -> None:
        super().__init__(client)
        self._ttl_s, self._most = ttl_s, most
        self._unread, self._unkept = Trouble(log, "cache, reading"), Trouble(log, "cache, writing")
        self._salt = f"{FORMAT}\n{model_digest}\n{method}\n".encode()

    def look_up(self, sentences: Sequence[str]) -> Mapping[int, SentenceJudgement]:
        """See `SentenceCache`; counts hits and misses."""
        if not sentences:
            return {}
        try:
            found: Any = self._run("cache/look_up", args=[self._digest(sentence) for sentence in sentences])
            known = {index: SentenceJudgement.from_bytes(data) for index, data in enumerate(found) if data}
        except (redis.RedisError, ValueError) as error:
            self._unread.met(error)
            return {}
        self._unread.over()
        return known

    def remember(self, judged: Mapping[str, SentenceJudgement]) -> None:
        """See `SentenceCache`."""
        if not judged:
            return
        items = [item for sentence, found in judged.items() for item in (self._digest(sentence), found.to_bytes())]
        try:
            self._run("cache/remember", args=[self._most, self._ttl_s, *items])
            self._unkept.over()
        except redis.RedisError as error:
            self._unkept.met(error)

    def _digest(self, sentence: str) -> str:
        # Exactly what the network read: a tokenizer may tell "ü" from "u" with a trema, and two spaces from one. Texts
        # that look the same are made the same before, in `model.text.reading`.
        digest = hashlib.sha256(self._salt + sentence.encode("utf-8", "replace")).hexdigest()[:32]
        # Short sentences could be found by trying likely ones.
        return self._sealing.shared_digest(digest) or digest

"""Judgements of sentences that were judged before, in Redis: a repeated review never reaches the model."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import redis

from jobs import names
from model.judgement import SentenceJudgement

log = logging.getLogger(__name__)


class SentenceCache(Protocol):
    """Remembers judgements by what the network read: a sentence, or a piece of a long one."""

    def look_up(self, sentences: Sequence[str]) -> Mapping[int, SentenceJudgement]:
        """What is known, by position in `sentences`."""

    def remember(self, judged: Mapping[str, SentenceJudgement]) -> None:
        """Keep these."""


class RedisCache:
    """Keeps judgements under a digest of model, method and sentence. When Redis is away it knows nothing."""

    def __init__(self, client: redis.Redis, *, model_digest: str, method: str, ttl_s: int) -> None:
        self._redis, self._ttl_s = client, ttl_s
        self._salt = f"{model_digest}\n{method}\n".encode()

    def look_up(self, sentences: Sequence[str]) -> Mapping[int, SentenceJudgement]:
        """See `SentenceCache`; counts hits and misses."""
        if not sentences:
            return {}
        try:
            found: Any = self._redis.mget([self._key(sentence) for sentence in sentences])
            known = {index: SentenceJudgement.from_bytes(data) for index, data in enumerate(found) if data}
            pipe = self._redis.pipeline(transaction=False)
            pipe.hincrby(names.COUNTERS, "cache_hits", len(known))
            pipe.hincrby(names.COUNTERS, "cache_misses", len(sentences) - len(known))
            pipe.execute()
            return known
        except (redis.RedisError, ValueError) as error:
            log.warning("cache: %s", error)
            return {}

    def remember(self, judged: Mapping[str, SentenceJudgement]) -> None:
        """See `SentenceCache`."""
        pipe = self._redis.pipeline(transaction=False)
        for sentence, judgement in judged.items():
            pipe.set(self._key(sentence), judgement.to_bytes(), ex=self._ttl_s)
        try:
            pipe.execute()
        except redis.RedisError as error:
            log.warning("cache: %s", error)

    def _key(self, sentence: str) -> str:
        # Exactly what the network read: a tokenizer may tell "ü" from "u" with a trema, and two spaces from one. Texts
        # that look the same are made the same before, in `model.text.reading`.
        return names.cache_key(hashlib.sha256(self._salt + sentence.encode("utf-8", "replace")).hexdigest()[:32])

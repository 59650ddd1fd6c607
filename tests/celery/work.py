"""What every subject does with a text, without a model: the same result, at a pace that the test decides.

Three words in a text have a meaning. `hold:NAME:SECONDS` tells that it was reached and waits until the test opens the
gate NAME, or for that many seconds; `poison` makes the work fail. The rest is judged at once.
"""

import re
import uuid
from dataclasses import dataclass
from typing import Any

import redis

from model.scheme import DEFAULT_SCHEME

_HOLD = re.compile(r"hold:([0-9a-f]+):([0-9.]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """A text whose work waits for the test."""

    client: redis.Redis
    name: str
    text: str

    def reached(self, timeout_s: float = 20.0) -> None:
        """Until a worker has begun with the text."""
        assert self.client.blpop([f"reached:{self.name}"], timeout_s), "no worker began with the text"

    def open(self) -> None:
        """Let the work go on."""
        self.client.rpush(f"open:{self.name}", 1)


def patient_client(url: str) -> redis.Redis:
    """One that waits at a list for as long as it is told to: redis-py's own default breaks off after five seconds."""
    return redis.Redis.from_url(url, socket_timeout=None)


def make_gate(client: redis.Redis, *, seconds: float = 20.0) -> Gate:
    """A text that holds its worker until the gate is opened, or for `seconds`."""
    name = uuid.uuid4().hex
    return Gate(client=client, name=name, text=f"Das Essen war gut, hold:{name}:{seconds}")


def work(client: redis.Redis, text: str) -> None:
    """Do with `text` what its words ask for. Raises ValueError for a poisonous one."""
    for name, seconds in _HOLD.findall(text):
        client.rpush(f"reached:{name}", 1)
        client.blpop([f"open:{name}"], float(seconds))
    if "poison" in text:
        raise ValueError("the text is poisonous")


def result_of(text: str, *, language: str = "auto", include_none: bool = False) -> dict[str, Any]:
    """The result that every subject has for `text`, in the shape of Kritiq's results: one sentence, good food."""
    none, good = {"polarity": "none", "confidence": 0.99}, {"polarity": "positive", "confidence": 0.97}
    aspects = {aspect: good if aspect == "food" else none for aspect in DEFAULT_SCHEME.aspects}
    shown = {aspect: judged for aspect, judged in aspects.items() if include_none or judged is good}
    sentence = {"index": 0, "start": 0, "end": len(text), "text": text, "truncated": False, "aspects": shown}
    overall = {"polarity": good["polarity"], "confidence": good["confidence"]}
    return {"language": "de" if language == "auto" else language, "overall": overall, "sentences": [sentence]}

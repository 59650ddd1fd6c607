"""What the models may say, as their workers tell it: it is known of a model that no worker has loaded any more, too."""

from typing import Any

import orjson

from jobs.feedback import Answers
from store import keys
from store.scripts import RedisBase, translated


class AnswerStore(RedisBase):
    """Aspects and polarities by model; `model` is a name and a version, as `store.traffic.model_key` joins them."""

    @translated
    def set(self, model: str, answers: Answers) -> None:
        """What this model may say."""
        told = {"aspects": answers.aspects, "polarities": answers.polarities}
        self._redis.hset(keys.ANSWERS, model, orjson.dumps(told))

    @translated
    def get(self, model: str) -> Answers | None:
        """The same; None when no worker has ever told it."""
        found: Any = self._redis.hget(keys.ANSWERS, model)
        if found is None:
            return None
        told = orjson.loads(found)
        return Answers(aspects=tuple(told["aspects"]), polarities=tuple(told["polarities"]))

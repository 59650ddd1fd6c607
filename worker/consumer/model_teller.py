"""What a worker tells of its models: what they may say, cards, references, and what they are asked and answer."""

import logging
from pathlib import Path

import redis

from jobs.choice import version_id
from jobs.errors import Unavailable
from jobs.feedback import Answers
from model.predictor import Predictor
from store.answers import AnswerStore
from store.model_cards import CardStore
from store.traffic import TrafficStore, model_key
from watch.traffic import Traffic
from worker.predict.card import read_card
from worker.predict.traffic import TrafficCounter, read_reference

log = logging.getLogger(__name__)


class ModelTeller:
    """Of one worker, through `client`. With `on` false no traffic is counted."""

    def __init__(self, client: redis.Redis, *, on: bool) -> None:
        self._client, self._on = client, on
        self._counters: dict[str, TrafficCounter] = {}
        self._untold: dict[str, Traffic] = {}

    def note(self, predictor: Predictor, directory: Path) -> None:
        """`predictor` was loaded from `directory`: tell what it may say, which what people say of its judgements is
        held against, and its card; its reference goes with its traffic."""
        info = predictor.info
        answers = Answers(aspects=info.scheme.aspects, polarities=info.scheme.polarities)
        try:
            AnswerStore(self._client).set(model_key(info.name, info.version), answers)
            CardStore(self._client).set(model_key(info.name, info.version), read_card(directory, info))
        except Unavailable as error:
            log.warning("what the model may say is not told, so no feedback on it is taken: %s", error)
        reference = read_reference(directory)
        if reference is not None:
            self._untold[version_id(info.name, info.version)] = reference

    def counter(self, version: str) -> TrafficCounter:
        """What counts the traffic of a model; it outlives one that is taken out of memory."""
        return self._counters.setdefault(version, TrafficCounter(on=self._on))

    def tell(self) -> None:
        """Tell what was counted, and what it is to be compared with once. Raises Unavailable."""
        store = TrafficStore(self._client)
        for version, reference in list(self._untold.items()):
            store.set_reference(_model_key(version), reference)
            del self._untold[version]
        for version, counter in list(self._counters.items()):
            counter.tell(store, _model_key(version))


def _model_key(version: str) -> str:
    name, _, number = version.rpartition("/")
    return model_key(name, number)

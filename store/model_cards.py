"""The cards of the models, as their workers tell them: they are known of a model that no worker has any more, too."""

from typing import Any

from jobs.model_card import ModelCard
from store import keys
from store.scripts import RedisBase, translated


class CardStore(RedisBase):
    """Cards by model; `model` is a name and a version, as `store.traffic.model_key` joins them."""

    @translated
    def set(self, model: str, card: ModelCard) -> None:
        """What this model says of itself."""
        self._redis.hset(keys.MODEL_CARDS, model, card.encode())

    @translated
    def all(self) -> dict[tuple[str, str], ModelCard]:
        """The cards of all versions that workers have ever told of, by model and version."""
        rows: Any = self._redis.hgetall(keys.MODEL_CARDS)
        found = {model.decode().rpartition("@"): data for model, data in rows.items()}
        return {(name, version): ModelCard.decode(data) for (name, _, version), data in sorted(found.items())}

    @translated
    def of(self, name: str) -> dict[str, ModelCard]:
        """The versions of a model that workers have ever told of, with their cards."""
        return {version: card for (of, version), card in self.all().items() if of == name}

"""In a rolling upgrade a newer release may say more than this one knows: that is passed over."""

from dataclasses import asdict

import orjson
import pytest

from jobs.members import known_members
from jobs.model_card import AspectScore, ModelCard
from jobs.timings import Timings

SCORE = AspectScore(labels=3, mentioned_f1=0.9, judged_f1=0.8)


def test_members_of_a_newer_version_are_passed_over() -> None:
    assert known_members(AspectScore, asdict(SCORE) | {"colour": "red"}) == asdict(SCORE)
    assert known_members(Timings, {"colour": "red"}) == {}


@pytest.mark.parametrize("more", [{}, {"colour": "red"}])
def test_the_card_of_a_newer_worker_is_read(more: dict[str, str]) -> None:
    card = ModelCard(method="single", languages=("de",), aspects={"food": SCORE}, text="# A card")
    told = orjson.loads(card.encode())
    assert ModelCard.decode(orjson.dumps(told | more | {"aspects": {"food": told["aspects"]["food"] | more}})) == card

"""What the versions of models say of themselves, beside what they judged: also of those that no worker has any more."""

from collections.abc import Mapping
from dataclasses import asdict

import orjson
from sqlalchemy import Connection

from archive.ended import storable
from archive.rows import Row
from archive.tables import model_cards
from archive.writing import put_rows
from jobs.model_card import ModelCard

#: By model and version.
Cards = Mapping[tuple[str, str], ModelCard]


def put_cards(connection: Connection, cards: Cards) -> None:
    """Whatever was said before is replaced. Raises sqlalchemy.exc.SQLAlchemyError."""
    columns = [column.name for column in model_cards.c if not column.primary_key]
    rows = [_row(name, version, card) for (name, version), card in cards.items()]
    put_rows(connection, model_cards, rows, ", ".join(f"{name} = excluded.{name}" for name in columns))


def _row(name: str, version: str, card: ModelCard) -> Row:
    aspects = {aspect: asdict(score) for aspect, score in card.aspects.items()}
    measured = (card.sentences, card.mentioned_f1, card.judged_f1, orjson.dumps(aspects).decode())
    return (name, version, card.method, orjson.dumps(card.languages).decode(), *measured, storable(card.text))

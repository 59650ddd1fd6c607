"""The sentences that a report quotes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from archive.report.month import Month
from archive.sealing import sentence_of
from archive.tables import opinions, reviews, sentences
from store.sealing import Sealing

#: Sentences that are quoted of each kind.
QUOTED = 4
#: Those that are looked at for them: several of one aspect or one review, or with the same words, are passed over.
_LOOKED_AT = 60
#: Characters of a sentence. Whoever writes without full stops would fill pages.
LONGEST = 280


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """A sentence of a guest's, or its beginning."""

    text: str
    aspect: str
    day: date


def in_month(tenant: str, restaurant: str, month: Month) -> ColumnElement[bool]:
    """What was said of the restaurant in this month."""
    days = opinions.c.day.between(month.first, month.last)
    return and_(opinions.c.tenant == tenant, opinions.c.restaurant == restaurant, days)


def quotes(
    connection: Connection, tenant: str, restaurant: str, month: Month, polarity: str, sealing: Sealing
) -> list[Quote]:
    """The clearest sentences, each of another review and with other words, and of as many aspects as there are.

    Raises sqlalchemy.exc.SQLAlchemyError, and TextKeyMissing for what `sealing` cannot read.
    """
    key = ("tenant", "job_id", "line")
    of = and_(*(sentences.c[name] == opinions.c[name] for name in (*key, "sentence")))
    by = and_(*(reviews.c[name] == opinions.c[name] for name in key))
    about = (opinions.c.aspect, opinions.c.day, opinions.c.job_id, opinions.c.line, opinions.c.sentence)
    asked = (
        select(sentences.c.text, reviews.c.metadata, *about)
        .join(sentences, of)
        .join(reviews, by)
        .where(in_month(tenant, restaurant, month), opinions.c.polarity == polarity)
        .where(or_(sentences.c.text.is_not(None), reviews.c.metadata.like('"%')))
        .order_by(opinions.c.confidence.desc(), opinions.c.job_id, opinions.c.line, opinions.c.sentence)
        .limit(_LOOKED_AT)
    )
    found = connection.execute(asked).all()
    chosen: dict[tuple[str, int], Quote] = {}
    spelled = set[str]()
    for again in (False, True):
        for plain, metadata, aspect, day, job_id, line, number in found:
            known = {quote.aspect for quote in chosen.values()}
            if len(chosen) == QUOTED or (job_id, line) in chosen or not (again or aspect not in known):
                continue
            text = sentence_of(tenant, metadata, number, sealing) if plain is None else plain
            words = " ".join((text or "").split())
            if words and words.casefold() not in spelled:
                spelled.add(words.casefold())
                chosen[job_id, line] = Quote(text=_beginning(words), aspect=aspect, day=day)
    return list(chosen.values())


def _beginning(words: str) -> str:
    """As many whole words as there is room for."""
    if len(words) <= LONGEST:
        return words
    kept, _, rest = words[:LONGEST].rpartition(" ")
    return f"{kept or rest} …"

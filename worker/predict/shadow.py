"""What a shadow says, held against what was answered."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from jobs.agreement import Agreement
from jobs.choice import Choice

#: What a sentence says: its aspects and their polarities, those that it does not mention left out.
Said = Mapping[str, str]


def compared(choice: Choice, answered: bytes, shadow: bytes) -> Agreement:
    """Two results of the same review, or two lists of result lines of the same chunk, sentence by sentence.

    Both are cut into sentences by the same rules; where one is cut otherwise all the same, its sentences differ.
    """
    one, other = list(_sentences(answered)), list(_sentences(shadow))
    same = sum(said == others for said, others in zip(one, other, strict=False))
    return Agreement(
        alias=choice.alias or "", version=choice.version, sentences=max(len(one), len(other)), same=same
    )  # fmt: skip


def _sentences(result: bytes) -> Iterator[Said]:
    read: Any = orjson.loads(result)
    # Of a chunk: its lines, some without a result.
    reviews = [line["result"] for line in read if line["result"]] if isinstance(read, list) else [read]
    for review in reviews:
        for sentence in review.get("sentences", ()):
            aspects: Mapping[str, Mapping[str, Any]] = sentence["aspects"]
            yield {name: found["polarity"] for name, found in aspects.items() if found["polarity"] != "none"}

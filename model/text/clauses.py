"""A long sentence into overlapping pieces, cut at clause borders, for a network that learned on short ones.

Reviews without punctuation are one sentence of up to thousands of words. A network judges such a text as a whole and
badly: aspects go missing, and the adjective of one clause colours the noun of another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from model.abbreviations import words

#: A clause begins at these, said of whatever came before.
CONJUNCTIONS = words(
    """und aber doch jedoch sondern denn weil da dass obwohl wenn während sodass trotzdem allerdings dafür außerdem
    ausserdem leider dann danach zudem dazu deshalb daher nur hingegen insgesamt
    and but though although because while whereas however so yet also plus unfortunately overall then except"""
)
#: With a finite verb close behind, these are the subject of a new clause.
SUBJECTS = words(
    """der die das ein eine unser unsere mein meine ihr dieser diese dieses kein keine wir ich es er sie man alles beide
    the a an our my their this these that those it we i they he she you everything there no both"""
)
FINITE = words(
    """war waren ist sind hat hatte haben hatten wird wurde wurden werden kam kamen kommt kommen schmeckt schmeckte
    schmeckten gab gibt geht ging gehen gingen fand fanden finde finden kann können konnte konnten muss mussten musste
    lässt ließ ließen lag liegt stimmt stimmte stimmen kostet kostete bekam bekamen dauerte dauert macht machte passt
    passte passten wirkte wirkt sieht sah könnte würde würden sollte bin saßen sitzt
    was were is are has had have came comes come tasted tastes took takes felt feels looked looks got gets will would
    can could should did does do made makes went loved liked found seemed seems cost costs waited left"""
)
#: Behind these, "der" and "the" are no subject; a cut would tear the phrase.
PREPOSITIONS = words(
    """in im an am auf aus bei beim mit nach von vom zu zum zur für über um ohne durch gegen bis seit vor hinter unter
    neben zwischen wegen trotz statt als wie und oder
    of in on at to for with from by about over under near into after before than as like and or but"""
)
#: What reviews speak of: with a finite verb behind ("service war langsam") a subject that needs no article.
TOPICS = words(
    """essen service bedienung personal kellner kellnerin preise preis ambiente atmosphäre lage wein bier küche
    portionen portion pizza speisen gerichte getränke toiletten terrasse karte wartezeit koch chef
    food staff prices price wine beer kitchen portions atmosphere ambience location waiter waitress drinks dishes
    menu"""
)
WORD = re.compile(r"\S+")
EDGES = ".,;:!?…()[]\"'„“”»«-–—/|"
#: Marks behind a word that end a clause.
MARKS = frozenset(",;:!?….)|–—-")
EMOJI = re.compile("[☀-➿⬅-⭕\U0001f300-\U0001faff]")
#: A clause without a border in sight is cut after this many words.
LONGEST_CLAUSE = 14
#: Words of the clauses that a piece repeats from the one before.
OVERLAP = 6
#: Code points of a word; a longer one is cut like any text that has no spaces.
LONGEST_WORD = 60

#: Words of a sentence that is judged whole, if its writer set marks: what `kritiq-mini` saw in training ends at
#: `model.augmentation.LONGEST`, 40 words, and beyond it every aspect suffers. The number comes from there and not from
#: the model's `max_tokens` (160, room for 100 words), which says what the network can be given, not what it learned.
LONGEST_WHOLE = 40
#: Without marks it is probably several sentences, of which training shows two at most.
LONGEST_UNMARKED = 20
#: Words of a piece. Measured on unmarked joined sentences of the corpus: 10 to 18 words find the most aspects.
PIECE = 16


def pieces(text: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """What the network is to read for a sentence: itself, or overlapping pieces of one that is too long to be judged.

    Each piece begins with the last clause of the one before, if it is short. Every word lies in a piece. `fits` says
    whether the network reads all of a text; what does not fit is halved until it does or is a single character.
    """
    if len(text) <= 2 * LONGEST_UNMARKED:
        return _fitting(text, fits)
    count = len(text.split())
    if count <= LONGEST_UNMARKED or (count <= LONGEST_WHOLE and _is_marked(text, count)):
        return _fitting(text, fits)
    return tuple(part for piece in _packed(_clauses(text)) for part in _fitting(text[piece[0] : piece[1]], fits))


def _is_marked(text: str, count: int) -> bool:
    """Whether the writer set marks inside of the sentence: one for every twenty words or so."""
    return sum(text.count(mark) for mark in ",;:–—") * LONGEST_UNMARKED >= count - LONGEST_UNMARKED > 0


def _packed(clauses: list[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Spans of pieces, from clauses as (start, end, words)."""
    first = 0
    while True:
        last, length = first, clauses[first][2]
        while last + 1 < len(clauses) and length + clauses[last + 1][2] <= PIECE:
            last += 1
            length += clauses[last][2]
        yield clauses[first][0], clauses[last][1]
        if last + 1 == len(clauses):
            return
        following, repeated = last + 1, 0
        while following - 1 > first and repeated + clauses[following - 1][2] <= OVERLAP:
            following -= 1
            repeated += clauses[following][2]
        first = following


def _clauses(text: str) -> list[tuple[int, int, int]]:
    """The clauses of a text as (start, end, words); a clause has two words at least, the last one perhaps fewer."""
    spans = [found.span() for found in WORD.finditer(text)]
    raw = [text[start:end] for start, end in spans]
    bare = [word.strip(EDGES) for word in raw]
    low = [word.lower() for word in bare]
    # In a text in capitals or small letters throughout they tell nothing.
    capitals = sum(word[:1].isupper() for word in bare) * 2 < len(bare)
    begins = [0]
    for index in range(1, len(raw)):
        length = index - begins[-1]
        if length < 2:
            continue
        before, word = low[index - 1], low[index]
        free = before not in PREPOSITIONS and before not in FINITE
        if (
            length >= LONGEST_CLAUSE
            or raw[index - 1][-1] in MARKS
            or EMOJI.search(raw[index - 1])
            or word in CONJUNCTIONS
            or (capitals and word in SUBJECTS and bare[index][0].isupper())
            or (free and _is_subject(low, index))
        ):
            begins.append(index)
    return [(spans[begin][0], spans[end - 1][1], end - begin) for begin, end in pairwise((*begins, len(spans)))]


def _is_subject(low: Sequence[str], index: int) -> bool:
    """Whether the word at `index` begins the subject of a clause, going by the finite verb behind it."""
    word, before = low[index], low[index - 1]
    if word in SUBJECTS:
        return before not in CONJUNCTIONS and not FINITE.isdisjoint(low[index + 1 : index + 4])
    return word in TOPICS and before not in SUBJECTS and not FINITE.isdisjoint(low[index + 1 : index + 2])


def _fitting(text: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """The text, or halves of it of which each fits, cut at a space where there is one near the middle."""
    if len(text) <= 1 or fits(text):
        return (text,)
    middle = len(text) // 2
    space = text.rfind(" ", middle - LONGEST_WORD if middle > LONGEST_WORD else 0, middle)
    cut = space if space > 0 else middle
    halves = text[:cut].strip(), text[cut:].strip()
    return tuple(part for half in halves if half for part in _fitting(half, fits))

"""The two data sets of the paper, its auxiliary sentences, and what is counted of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from model.data.dataset import Example
from model.data.reading import read_file
from model.data.records import Problem
from model.data.source import Source
from model.data.split import every_nth
from model.errors import DataError
from model.evaluation import sun2019
from model.inputs.auxiliary import Method, Templates
from model.scheme import POLARITIES, Scheme

#: Of SemEval-2014, which has no dev data, every so manieth training sentence is held out.
HELD_OUT = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Sentences to learn from, to choose the epoch by, and to measure on."""

    train: list[Example]
    dev: list[Example]
    test: list[Example]


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A data set as the paper uses it."""

    name: str
    scheme: Scheme
    #: Method -> wording of its auxiliary sentence.
    patterns: Mapping[str, str]
    #: Wording of aspects and polarities that are not called as in the scheme.
    aspects: Mapping[str, str]
    polarities: Mapping[str, str]
    #: Reads the folder. Raises DataError.
    read: Callable[[Path], Parts]
    #: Labels (examples, aspects) and scores (examples, aspects, polarities), which sum to 1, into the task's metrics.
    count: Callable[[sun2019.Labels, sun2019.Numbers], dict[str, float]]

    def method(self, name: str) -> Method:
        """One of `model.inputs.auxiliary.METHODS` with the paper's words."""
        templates = Templates(
            pattern=self.patterns.get(name, ""), aspects=dict(self.aspects), polarities=dict(self.polarities)
        )
        return Method(name=name, scheme=self.scheme, templates=templates)


def _read_semeval(folder: Path) -> Parts:
    def part(name: str) -> list[Example]:
        if not (folder / name).exists():
            raise DataError(f"there is no {folder / name}")
        reading = read_file(folder / name, SEMEVAL_SCHEME, form="semeval2014")
        if reading.problems:
            raise _other_sentences(folder / name, reading.problems[0])
        return reading.examples

    train, dev = every_nth(part("Restaurants_Train.xml"), HELD_OUT)
    return Parts(train=train, dev=dev, test=part("Restaurants_Test_Gold.xml"))


def _read_sentihood(folder: Path) -> Parts:
    def part(name: str) -> list[Example]:
        path, found = folder / f"sentihood-{name}.json", list[Example]()
        for line, entry in Source.open(path).entries():
            if isinstance(entry, Problem):
                raise _other_sentences(path, entry)
            try:
                found += targets(entry)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise DataError(f"{path}:{line}: the entry is not laid out as SentiHood's are: {error!r}") from error
        if not any(example.aspects for example in found):
            raise DataError(f"no label in {path}")
        return found

    return Parts(train=part("train"), dev=part("dev"), test=part("test"))


def _other_sentences(path: Path, problem: Problem) -> DataError:
    """The paper's numbers are of all sentences: what cannot be read is not left out."""
    return DataError(f"{path}:{problem.line}: {problem.message}")


def targets(entry: Mapping[str, Any]) -> list[Example]:
    """An example for each place that a sentence of SentiHood names, with what is said of that place.

    The place that is asked about is always `location - 1`, so that one set of auxiliary sentences, and of heads for
    `single`, asks about either; the paper leaves the names as they are and asks about both. Rows are as many.
    """
    found = []
    for target, other in (("LOCATION1", "LOCATION2"), ("LOCATION2", "LOCATION1")):
        text = entry["text"]
        if target in text:
            aspects = {
                opinion["aspect"]: opinion["sentiment"].lower()
                for opinion in entry["opinions"]
                if opinion["target_entity"] == target and opinion["aspect"] in SENTIHOOD_SCHEME.aspects
            }
            if unknown := set(aspects.values()) - set(SENTIHOOD_SCHEME.polarities):
                raise ValueError(f"the sentiment {min(unknown)!r}")
            asked = text.strip().replace(target, "location - 1").replace(other, "location - 2")
            found.append(Example(text=asked, aspects=aspects, batch="sentihood"))
    return found


def scores_of(scores: np.ndarray[Any, Any], scheme: Scheme) -> sun2019.Numbers:
    """A method's own scores as (examples, aspects, polarities) that sum to 1: those of binary methods do not."""
    shaped = scores.astype(np.float64).reshape(-1, len(scheme.aspects), len(scheme.polarities))
    summed: sun2019.Numbers = shaped / shaped.sum(-1, keepdims=True)
    return summed


#: The order of the polarities is that which `model.evaluation.sun2019` counts by, in both.
SEMEVAL_SCHEME = Scheme(
    aspects=("price", "anecdotes/miscellaneous", "food", "ambience", "service"), polarities=POLARITIES
)
SENTIHOOD_SCHEME = Scheme(
    aspects=("general", "price", "safety", "transit-location"), polarities=("none", "positive", "negative")
)

TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "semeval2014": Task(
            name="semeval2014",
            scheme=SEMEVAL_SCHEME,
            patterns={
                "NLI-M": "{aspect}",
                "QA-M": "what do you think of the {aspect} of it ?",
                "NLI-B": "{polarity} - {aspect}",
                "QA-B": "the polarity of the aspect {aspect} is {polarity} .",
            },
            aspects={"anecdotes/miscellaneous": "anecdotes"},
            polarities={},
            read=_read_semeval,
            count=sun2019.semeval2014,
        ),
        "sentihood": Task(
            name="sentihood",
            scheme=SENTIHOOD_SCHEME,
            patterns={
                "NLI-M": "location - 1 - {aspect}",
                "QA-M": "what do you think of the {aspect} of location - 1 ?",
                "NLI-B": "{polarity} - location - 1 - {aspect}",
                "QA-B": "the polarity of the aspect {aspect} of location - 1 - is {polarity} .",
            },
            aspects={"transit-location": "transit location"},
            polarities={"none": "None", "positive": "Positive", "negative": "Negative"},
            read=_read_sentihood,
            count=sun2019.sentihood,
        ),
    }
)

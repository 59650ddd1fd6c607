"""How far the long reviews are that are on the device: of each sentence, how much of it the network has yet to read."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from jobs.job import Claim
from jobs.progress import Progress
from model.runtime.whole_inputs import Judged
from worker.predict.prepare import Part, is_told


class _Reading:
    """One review, and what there is to tell of it."""

    def __init__(self, claim: Claim, left: list[int]) -> None:
        self.claim, self.total = claim, len(left)
        #: Inputs of each sentence that have not been judged.
        self._left = left
        self.done, self.told = left.count(0), -1

    def judged(self, sentence: int) -> None:
        """One more of its inputs was."""
        self._left[sentence] -= 1
        self.done += not self._left[sentence]


class Readings:
    """All long reviews that the network reads. The device's threads write, whoever tells of them looks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings: list[_Reading] = []

    @contextmanager
    def of(self, part: Part) -> Iterator[Judged]:
        """While the network reads `part`: what is told the inputs that it has judged; None if no review is long."""
        owners = dict[int, tuple[_Reading, int]]()
        readings = _readings(part, owners)
        if not readings:
            yield None
            return

        def judged(inputs: Sequence[int]) -> None:
            with self._lock:
                for number in inputs:
                    if number in owners:
                        reading, sentence = owners[number]
                        reading.judged(sentence)

        with self._lock:
            self._readings += readings
        try:
            yield judged
        finally:
            with self._lock:
                self._readings = [reading for reading in self._readings if reading not in readings]

    def moved(self) -> list[tuple[Claim, Progress]]:
        """Those that are further than at the last call, or were not there then."""
        with self._lock:
            moved = [reading for reading in self._readings if reading.done > reading.told]
            for reading in moved:
                reading.told = reading.done
            return [(reading.claim, Progress(done=reading.done, total=reading.total)) for reading in moved]


def _readings(part: Part, owners: dict[int, tuple[_Reading, int]]) -> list[_Reading]:
    """The long reviews of a part; `owners` gets, of each input that the network reads for one, the sentence."""
    readings = list[_Reading]()
    at = fresh = 0
    for review, (_, sentences) in zip(part.reviews, part.split, strict=True):
        long = is_told(review, sentences)
        left, asked = [0] * len(sentences), list[int]()
        for sentence in sentences:
            for _ in sentence.inputs:
                if at not in part.known:
                    left[sentence.index] += 1
                    asked.append(sentence.index)
                at += 1
        if long:
            readings.append(reading := _Reading(review.claim, left))
            owners.update((fresh + place, (reading, sentence)) for place, sentence in enumerate(asked))
        fresh += len(asked)
    return readings

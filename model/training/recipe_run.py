"""What every recipe does: read and split the corpus, train part after part, publish, leave no state behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.artifact.manifest import Manifest
from model.data import dataset, split
from model.data.dataset import Example
from model.inputs.encoding import Encoder
from model.scheme import DEFAULT_SCHEME
from model.training.config import TrainingConfig
from model.training.distillation import Taught
from model.training.loop import train
from model.training.publishing import Origin, publish

#: Batches of the repository's corpus in which words are marked (corpus/evidence.json): however it grows, no model
#: learns from them, so that `kritiq evidence` shows what it does with sentences that it has not seen.
MARKED = (
    "de/blame/01-personal",
    "de/deeds/05-hoeflich-enttaeuscht",
    "de/even/04-mittel-und-sachlich",
    "de/plainly/14-noch-ein-stapel",
    "de/praise/03-zufriedene-gaeste",
    "de/turns/06-lage-stil-haus-oder-ding",
    "en/blame/05-listed-words",
    "en/deeds/03-reports-wishes-questions",
    "en/plainly/05-takeout-hotels-cafes-bars",
    "en/turns/05-location-style-place-or-thing",
)


class RecipeRun:
    """One run of a recipe, from a corpus to a model in `output`."""

    def __init__(
        self,
        corpus: Sequence[str],
        hold_out_every: int,
        output: Path,
        *,
        state: Path | None,
        curves: Path | None,
        announce: Callable[[str], None],
    ) -> None:
        """With `state`, each part keeps a state of its own beside it, and with `curves` its figures in a folder within
        it. Raises DataError.
        """
        examples = dataset.read([Path(folder) for folder in corpus], DEFAULT_SCHEME)
        self.kept, self.held_out = split.hold_out(examples, hold_out_every, always=MARKED)
        self._corpus, self._every, self._output = corpus, hold_out_every, output
        self._state, self._curves, self._announce = state, curves, announce
        self._states: list[Path] = []
        self._parts, self._seconds = 0, 0.0

    @property
    def texts(self) -> list[str]:
        """The sentences to learn from."""
        return [example.text for example in self.kept]

    def train(
        self,
        network: Any,
        encoder: Encoder,
        manifest: Manifest,
        config: TrainingConfig,
        beside: Sequence[Example] = (),
        taught: Taught | None = None,
    ) -> None:
        """Train the next part, with `beside` and `taught` beside the corpus. Raises DataError."""
        self._parts += 1
        own = self._state.with_name(f"{self._state.name}-{self._parts}") if self._state else None
        self._states += [own] if own else []
        report = train(
            network,
            encoder,
            manifest,
            examples=[*self.kept, *beside],
            dev=self.held_out,
            config=config,
            taught=taught,
            state=own,
            curves=self._curves / f"part-{self._parts}" if self._curves else None,
            announce=self._announce,
        )
        self._seconds += report.seconds

    def publish(
        self,
        network: Any,
        tokenizer: Any,
        encoder: Encoder,
        manifest: Manifest,
        *,
        base: str,
        configuration: Mapping[str, Any],
        beside: tuple[int, str] = (0, ""),
        stored: Any = None,
    ) -> None:
        """Calibrate, measure and save the network, and remove the states of its parts.

        `beside`: how many sentences were learned from besides the corpus, and the card's words for them. `stored`: see
        `publish`. Raises ArtifactError.
        """
        report = publish(
            self._output,
            network,
            tokenizer,
            encoder,
            manifest,
            dev=self.held_out,
            dtype="float16",
            stored=stored,
            rounded=True,
            origin=Origin(
                base=base,
                training_data=f"the corpus of this repository ({', '.join(self._corpus)}){beside[1]}",
                training_sentences=len(self.kept) + beside[0],
                dev_data=f"writing batches of the same corpus, one sentence in {self._every}, held out",
                configuration=configuration,
                seconds=self._seconds,
            ),
        )
        for own in self._states:
            own.unlink(missing_ok=True)
        aspects, polarity = report["acd"]["f1"], report["acsa"]["f1"]
        self._announce(f"{self._output}: {aspects:.3f} aspects, {polarity:.3f} with polarity on held-out batches")

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

#: Batches of the repository's corpus that no model learns from, however the corpus grows: words are marked in some of
#: them (corpus/evidence.json), so that `kritiq evidence` shows what a model does with sentences that it has not seen;
#: on all of them a model that goes on from earlier weights is calibrated, and `models/kritiq` is composed.
HELD_OUT = (
    "de/aspects/03-raum-haus-und-lage",
    "de/blame/01-personal",
    "de/city/11-service-lieferung-essen",
    "de/city2/10-familien-gruppen-brunch",
    "de/deeds/05-hoeflich-enttaeuscht",
    "de/even/04-mittel-und-sachlich",
    "de/even/11-derselbe-rahmen-dreimal",
    "de/guests/04-burger-steak-doener-lieferdienst",
    "de/guests/13-weinbars-kellner-und-raeume",
    "de/hard/04-vergleich",
    "de/mobile/15-ohne-punkt-und-komma",
    "de/plain/06-karte-mengen-getraenke",
    "de/plainly/14-noch-ein-stapel",
    "de/portal/05-orient-indien-afrika-kaukasus-mexiko",
    "de/praise/03-zufriedene-gaeste",
    "de/story/11-buffet-sushi-fine-dining",
    "de/thin/02-karte-und-portionen",
    "de/turns/06-lage-stil-haus-oder-ding",
    "de/turns/12-ferne-und-doppelte-verneinung",
    "de/turns/28-verneinung-neben-anderem",
    "en/aspects/03-room-place-position",
    "en/blame/05-listed-words",
    "en/blame/10-guests-complain-service",
    "en/deeds/03-reports-wishes-questions",
    "en/even/11-middling-longer",
    "en/guests/02-occasions-families-groups",
    "en/guests/18-price-value-portions-and-rooms",
    "en/long/02-two-sides-and-stories",
    "en/mixed/08-style",
    "en/plainly/05-takeout-hotels-cafes-bars",
    "en/plainly/09-evenings-out",
    "en/portal/03-brunch-cafes",
    "en/turns/05-location-style-place-or-thing",
    "en/turns/08-lovely-words-bad-verdict",
    "en/turns/27-negation-with-another-aspect-beside-it",
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
        self.kept, self.held_out = split.hold_out(examples, hold_out_every, always=HELD_OUT)
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

"""Sentences that a linear model learns in no time, and the command that makes it."""

from pathlib import Path

from model.data.dataset import Example, write
from tests.support.commands import kritiq

_SUBJECTS = {"Das Essen": "food", "Der Service": "service", "The wine": "drinks", "Das Ambiente": "ambience"}
_VERDICTS = {
    "war großartig": "positive",
    "war leider schlecht": "negative",
    "war okay": "neutral",
    "war gut, aber laut": "conflict",
}
_ENDINGS = ("", " heute", " und wir kommen wieder", ", sagte meine Frau")
#: Of `drinks` there are two polarities only, of `location` but one, and of most others none.
EXAMPLES = [
    Example(text=f"{subject} {verdict}{ending}.", aspects={aspect: polarity})
    for subject, aspect in _SUBJECTS.items()
    for verdict, polarity in _VERDICTS.items()
    for ending in _ENDINGS
    if aspect != "drinks" or polarity == "positive"
]


def make(folder: Path) -> Path:
    """A linear model, as the command makes it."""
    write(folder / "train.jsonl", EXAMPLES)
    write(folder / "dev.jsonl", EXAMPLES[::2])
    kritiq(
        "train", "--method", "tfidf", "--train", folder / "train.jsonl", "--dev", folder / "dev.jsonl",
        "--language", "de", "--language", "en", "--output", folder / "counted",
    )  # fmt: skip
    return folder / "counted"

"""Sentences with gaps, read back: which one something said is, and what stands in its gaps."""

import re
from collections.abc import Mapping

from jobs.reason import Reason, because


class Sentences:
    """Reads back `sentences` (code -> sentence with `{gaps}`). Of several that fit the first is meant."""

    def __init__(self, sentences: Mapping[str, str], forms: Mapping[str, str]) -> None:
        """`forms`: the pattern of a gap that is no words, by its name."""
        self._patterns = {code: _pattern(sentence, forms) for code, sentence in sentences.items()}

    def reason_of(self, sentence: str) -> Reason | None:
        """What it says; None for what is none of them."""
        for code, pattern in self._patterns.items():
            if (found := pattern.fullmatch(sentence)) is not None:
                gaps = found.groupdict().items()
                return because(code, **{name: int(text) if text.isdecimal() else text for name, text in gaps})
        return None


def _pattern(sentence: str, forms: Mapping[str, str]) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    gaps = (f"(?P<{name}>{forms.get(name, '.+')})" for name in parts[1::2])
    return re.compile("".join(f"{re.escape(words)}{next(gaps, '')}" for words in parts[::2]), re.DOTALL)

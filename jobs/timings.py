"""What an attempt spent its time on."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Timings:
    """Whole milliseconds of an attempt; what is left of it was spent on putting the result together and storing it.

    Reviews that were claimed together are split together and judged together: each has the times of all.
    """

    #: Reading, splitting into sentences, tokens.
    tokenize_ms: int
    #: Waiting for the device, and for more urgent work.
    wait_ms: int
    #: The network at work.
    inference_ms: int

    @property
    def total_ms(self) -> int:
        """All of it."""
        return self.tokenize_ms + self.wait_ms + self.inference_ms

"""Why the scripts make nothing for an organisation, in our errors."""

from collections.abc import Callable, Sequence

from jobs.errors import KritiqError, OverLimit, TooMuch


def over(answer: Sequence[bytes], weight: int, drain_s: Callable[[], int]) -> KritiqError:
    """The error for `{'own', waiting, most}` or `{'day', accepted, most, ms until the next}`; `drain_s`: see the store.

    What is heavier than the limit itself can never be made.
    """
    kind, used, most = answer[0], int(answer[1]), int(answer[2])
    if kind == b"own":
        if weight > most:
            return TooMuch(f"These are {weight} sentences, and {most} may wait at once: send fewer in one call.")
        return OverLimit(f"{used} of your sentences are waiting already, and {most} may.", retry_after_s=drain_s())
    if weight > most:
        return TooMuch(f"These are {weight} sentences, and {most} are accepted in one day: send fewer in one call.")
    detail = f"{used} of your sentences were accepted today, and {most} may be."
    return OverLimit(detail, retry_after_s=-(-int(answer[3]) // 1000))

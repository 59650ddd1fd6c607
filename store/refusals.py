"""Why the scripts make nothing for an organisation, in our errors."""

from collections.abc import Callable, Sequence

from jobs.errors import KritiqError, OverLimit, QueueFull, TooMuch, TriedAgain

TOO_MANY_KEYS = (
    "Too many Idempotency-Keys are remembered: PUT it under an id of your own, send it without a key, or wait."
)


def over(answer: Sequence[bytes], weight: int, drain_s: Callable[[], int]) -> KritiqError:
    """The error for `{'own', waiting, most}`, `{'ahead', scheduled, most}`, `{'day', accepted, most, ms until the
    next}`, `{'bytes', stored, most, ms until some of them go, those of the request}`, `{'keys', ms until some are over}`,
    or `{'tried', id}`; `drain_s`: see the store.

    What is more than the limit itself can never be made.
    """
    if answer[0] == b"tried":
        return TriedAgain()
    if answer[0] == b"keys":
        return OverLimit(TOO_MANY_KEYS, retry_after_s=-(-int(answer[1]) // 1000))
    kind, used, most = answer[0], int(answer[1]), int(answer[2])
    if kind in (b"own", b"ahead"):
        if weight > most:
            return TooMuch(f"These are {weight} sentences, and {most} may wait at once: send fewer in one call.")
        if kind == b"ahead":
            # No worker makes room sooner.
            detail = f"{used} of your sentences are scheduled already, and {most} may be."
            return OverLimit(detail, retry_after_s=QueueFull.SCHEDULED_S)
        return OverLimit(f"{used} of your sentences are waiting already, and {most} may.", retry_after_s=drain_s())
    if kind == b"bytes":
        if int(answer[4]) > most:
            return TooMuch(f"This takes {int(answer[4])} bytes, and {most} may be stored: send less in one call.")
        detail = f"{used} bytes of your reviews and results are stored, and {most} may be: delete some, or wait."
        return OverLimit(detail, retry_after_s=-(-int(answer[3]) // 1000))
    if weight > most:
        return TooMuch(f"These are {weight} sentences, and {most} are accepted in one day: send fewer in one call.")
    detail = f"{used} of your sentences were accepted today, and {most} may be."
    return OverLimit(detail, retry_after_s=-(-int(answer[3]) // 1000))

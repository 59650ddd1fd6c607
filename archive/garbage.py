"""How seldom whoever writes the archive looks for garbage: what it makes of a portion refers to nothing in a circle."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: So many more objects there are before it looks: more than those of two portions. Python's own number is 700.
OBJECTS = 300_000


@contextmanager
def looking_rarely() -> Iterator[None]:
    """As long as the context lasts; what was made before is not looked through again, then or later."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)

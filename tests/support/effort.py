"""What a call costs, for tests that compare costs."""

import gc
import time
from collections.abc import Callable


def processor_s(call: Callable[[], object]) -> float:
    """This thread's processor time for a call, in seconds.

    Without the garbage collector, which takes the longer the more earlier tests have left in memory.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        started = time.thread_time()
        call()
        return time.thread_time() - started
    finally:
        if collects:
            gc.enable()

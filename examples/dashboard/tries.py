"""How often the login may be tried: wrong ones of the last ten minutes are counted, by address and by name.

In this process' memory, as there is one: a restart forgets them.
"""

import hashlib
import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

#: For how long a wrong try counts, in seconds.
WINDOW_S = 600.0
#: Wrong tries within it: of an address, and with a name from wherever.
MOST_OF_ADDRESS, MOST_OF_NAME = 10, 100
#: Addresses and names that are remembered; those that were wrong last.
MOST_KEPT = 10_000


class TooManyTries(Exception):
    """No try is looked at before `wait_s` seconds are over, a right one neither."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"Too many wrong tries. The next one is looked at in {wait_s} seconds.")
        self.wait_s = wait_s


class Tries:
    """May be shared by threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        #: When each was wrong; who was wrong last stands last.
        self._wrong = OrderedDict[tuple[str, bytes], deque[float]]()

    def look(self, address: str, name: str, is_right: Callable[[], bool]) -> bool:
        """Whether a try is right. Raises TooManyTries without having looked.

        A name counts whether there is such a one or not, so that nobody learns which there is. One try after the other:
        many at once are no way around the bound.
        """
        bounds = {("address", _short(_network(address))): MOST_OF_ADDRESS, ("name", _short(name)): MOST_OF_NAME}
        with self._lock:
            now = self._clock()
            self._forget(now)
            if (wait_s := max(self._wait_s(key, most, now) for key, most in bounds.items())) > 0:
                raise TooManyTries(math.ceil(wait_s))
            if is_right():
                return True
            for key in bounds:
                self._wrong.setdefault(key, deque(maxlen=MOST_OF_NAME)).append(now)
                self._wrong.move_to_end(key)
            return False

    def _wait_s(self, key: tuple[str, bytes], most: int, now: float) -> float:
        """Seconds until the window has room; none or less: now."""
        wrong = self._wrong.get(key, ())
        return wrong[-most] + WINDOW_S - now if len(wrong) >= most else 0.0

    def _forget(self, now: float) -> None:
        while self._wrong:
            key, wrong = next(iter(self._wrong.items()))
            if len(self._wrong) <= MOST_KEPT and now - wrong[-1] < WINDOW_S:
                return
            del self._wrong[key]


def _network(address: str) -> str:
    """Whose an address is: of IPv6 everybody has 2⁶⁴ of them."""
    try:
        ip = ip_address(address)
    except ValueError:  # a socket of another kind
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))


def _short(text: str) -> bytes:
    """As long for every text, since anybody may send any."""
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()

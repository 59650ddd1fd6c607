"""How many tokens go through the network at once, worked out when a worker starts from measured speed and free memory.

A CPU is fastest with what stays in its caches, a GPU with what keeps all of it busy, and both depend on the network:
on two cores `kritiq-mini` does 780 sentences a second and core at 512 tokens and 400 at 8,192.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from model.errors import OutOfMemory
from model.inputs.encoding import Encoded
from model.predictor import Predictor

log = logging.getLogger(__name__)

#: Budgets that are tried, in tokens, each twice the one before.
SMALLEST, LARGEST = 256, 262_144
#: The smallest budget within this share of the best rate is taken: it leaves room between batches for urgent work.
GOOD_ENOUGH = 0.95
#: Measuring ends after about this many seconds.
PATIENCE_S = 1.5
#: Rounds over the budgets that are worth it; a budget counts with its best round, since noise only slows down.
ROUNDS = 6
#: A budget whose rate is below this share of the best is clearly slower; once may be noise, twice in a row is not.
SLOWER = 0.8
#: Share of the free memory that the batches which are judged at a time may take.
MEMORY_SHARE = 0.5
#: Sentences that one measurement judges at least, where the network is fast enough: a claim has about as many, and
#: only among many of different lengths large budgets show what they cost in padding.
SENTENCES = 128
#: What is measured, over and over: as long and as short as reviews have them.
SAMPLES = (
    "Lecker!",
    "Nie wieder.",
    "Wir kommen gerne wieder!",
    "Preis und Leistung stimmen hier einfach.",
    "Die Bedienung hat unsere Bestellung zweimal vergessen.",
    "Gemütliche Einrichtung, gedämpftes Licht, leider etwas laut.",
    "Unsere Tochter war mit dem Risotto zufrieden, ich fand meine Vorspeise zu salzig.",
    "Das Essen war hervorragend, aber auf den Service haben wir am Samstag fast eine Stunde lang gewartet.",
    "Am Freitag um acht war es so voll, dass wir trotz Reservierung lange an der Bar standen, wo immerhin das Bier"
    " frisch gezapft war.",
)


class Probe(Protocol):
    """What `choose_budget` asks of a predictor."""

    token_budget: int
    streams: int
    device: str

    def encode(self, sentences: list[str]) -> Encoded:
        """Sentences to token rows."""

    def judge(self, encoded: Encoded) -> object:
        """Run the network."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """Bytes that are free for batches, and bytes that are in use, where they can be told."""

    free: Callable[[], int]
    used: Callable[[], int]


def choose_budget(
    predictor: Predictor | Probe,
    *,
    clock: Callable[[], float] = time.perf_counter,
    memory: Memory | None = None,
    patience_s: float = PATIENCE_S,
) -> int:
    """The token budget for `predictor`, which keeps the one it had.

    Measures ever larger batches until they are clearly slower twice, fail for lack of memory, would take more than
    `MEMORY_SHARE` of it, or `patience_s` is over; then repeats the promising ones while there is time.
    """
    before, until = predictor.token_budget, clock() + patience_s
    memory = memory or memory_of(predictor.device)
    rates: dict[int, float] = {}
    sample = predictor.encode(list(SAMPLES))
    row = max(1, sample.tokens // len(SAMPLES))
    try:
        predictor.judge(sample)  # the first call of a network allocates and compiles
        started = clock()
        predictor.judge(sample)
        # A slow network shows with fewer sentences how fast it is.
        fits = int(0.1 * patience_s * len(SAMPLES) / max(clock() - started, 1e-9))
        least = max(len(SAMPLES), min(SENTENCES, fits))

        def enough(budget: int) -> int:
            # Every stream needs a batch of its own, or the batches are smaller than the budget that they measure.
            return max(least, predictor.streams * budget // row)

        for budget in _rising(rates, memory, until, clock):
            rates[budget] = _rate(predictor, budget, enough(budget), clock)
        for _ in range(ROUNDS - 1):
            best = max(rates.values(), default=0.0)
            for budget in [budget for budget, rate in rates.items() if rate >= 0.75 * SLOWER * best]:
                # A measurement that would end too late is not begun.
                if clock() + enough(budget) / rates[budget] < until:
                    rates[budget] = max(rates[budget], _rate(predictor, budget, enough(budget), clock))
    except OutOfMemory:
        log.info("budgets beyond %d tokens are too large for the memory", max(rates, default=0))
    finally:
        predictor.token_budget = before
    chosen = smallest_good(rates) or before
    log.info("token budget %d of %s", chosen, {budget: round(rate) for budget, rate in rates.items()})
    return chosen


def smallest_good(rates: dict[int, float]) -> int | None:
    """The smallest budget whose rate is within `GOOD_ENOUGH` of the best; None when empty."""
    best = max(rates.values(), default=0.0)
    return min((budget for budget, rate in rates.items() if rate >= GOOD_ENOUGH * best), default=None)


def _rising(rates: dict[int, float], memory: Memory, until: float, clock: Callable[[], float]) -> Iterator[int]:
    budget, used, last, slow = SMALLEST, memory.used(), 0.0, 0
    while budget <= LARGEST:
        started = clock()
        yield budget
        last = clock() - started
        # What this budget took more than the one before, the next one takes twice.
        grown = max(0, memory.used() - used)
        slow = slow + 1 if rates[budget] < SLOWER * max(rates.values()) else 0
        if slow == 2 or clock() + 2 * last > until:
            return
        if 2 * grown > MEMORY_SHARE * memory.free():
            return
        budget *= 2


def _rate(predictor: Predictor | Probe, budget: int, count: int, clock: Callable[[], float]) -> float:
    """Sentences a second of `count` different ones, in batches of `budget` tokens."""
    predictor.token_budget = budget
    encoded = predictor.encode([SAMPLES[number % len(SAMPLES)] for number in range(count)])
    started = clock()
    predictor.judge(encoded)
    return count / max(clock() - started, 1e-9)


def memory_of(device: str) -> Memory:
    """The memory of a device: a GPU's own, else what the host, or the control group around us, has left."""
    if device.startswith("cuda"):
        import torch

        return Memory(free=lambda: torch.cuda.mem_get_info()[0], used=lambda: torch.cuda.max_memory_allocated())
    return Memory(free=_host_free, used=_peak_rss)


def bytes_on(device: str) -> int | None:
    """Memory that this process holds on a GPU, in bytes; None for a CPU."""
    if not device.startswith("cuda"):
        return None
    import torch

    return int(torch.cuda.memory_reserved())


def _host_free() -> int:
    found = [int(line.split()[1]) * 1024 for line in _lines("/proc/meminfo") if line.startswith("MemAvailable:")]
    group = Path("/sys/fs/cgroup")
    limit, used = _lines(group / "memory.max"), _lines(group / "memory.current")
    if limit and used and limit[0].isdigit():
        found.append(max(0, int(limit[0]) - int(used[0])))
    return min(found, default=1 << 62)


def _peak_rss() -> int:
    return next((int(line.split()[1]) * 1024 for line in _lines("/proc/self/status") if line.startswith("VmHWM:")), 0)


def _lines(path: str | Path) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []

"""One run of `kritiq bench queue`: its processes, its sizes, and what it has found so far."""

from dataclasses import dataclass, field
from typing import Any

from bench.harness import Stack, cpu_s
from bench.queue.direct import load_direct
from model.predictor import Predictor
from ops.process import ChildProcess


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How much is done for one figure."""

    #: Repetitions of each run; medians are reported.
    rounds: int
    #: Seconds that one repetition with the model should take about.
    seconds: float
    #: The same for a bulk batch: thousands of reviews, as bulk work has them, or its beginning and its end would count.
    bulk_seconds: float
    #: Requests of one repetition where no model takes part; jobs for the costless model.
    requests: int
    costless_jobs: int
    #: Single requests in a row where latency is measured.
    singles: int
    #: Bulk reviews that wait while `urgent_vs_idle` is measured, and reviews of one intake.
    backlog: int
    #: Jobs between which the worker's memory is compared.
    memory_jobs: tuple[int, int]
    #: Reviews that come in files.
    file_lines: int
    #: Jobs that wait while others look.
    queued_jobs: int


FULL = Scale(
    rounds=3, seconds=5.0, bulk_seconds=15.0, requests=6_000, costless_jobs=20_000, singles=300, backlog=10_000,
    memory_jobs=(1_000, 20_000), file_lines=100_000, queued_jobs=1_000_000,
)  # fmt: skip
QUICK = Scale(
    rounds=1, seconds=1.5, bulk_seconds=1.5, requests=600, costless_jobs=3_000, singles=40, backlog=2_000,
    memory_jobs=(200, 1_000), file_lines=2_000, queued_jobs=10_000,
)  # fmt: skip


@dataclass(kw_only=True)
class Run:
    """What the measurements share. The direct predictor lives in this process and is idle while others work."""

    stack: Stack
    scale: Scale
    ratios: dict[str, float] = field(default_factory=dict)
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    _predictor: Predictor | None = None

    @property
    def predictor(self) -> Predictor:
        """The direct predictor, loaded when it is first wanted and warm."""
        if self._predictor is None:
            self._predictor = load_direct(self.stack.settings())
            self._predictor.predict(["Das Essen war gut."] * 50)
        return self._predictor

    def keep(self, name: str, ratio: float, **figures: Any) -> None:
        """Report a ratio and the figures it comes from."""
        self.ratios[name] = ratio
        self.figures[name] = figures


class CpuUse:
    """Processor seconds that processes spend in a block."""

    def __init__(self, **processes: ChildProcess) -> None:
        self._processes = processes
        self._before = {name: cpu_s(process.pid) for name, process in processes.items()}

    def per_job_ms(self, jobs: int) -> dict[str, float]:
        """Processor milliseconds for each job since this was made."""
        spent = {name: cpu_s(process.pid) - self._before[name] for name, process in self._processes.items()}
        return {name: round(seconds * 1000 / jobs, 4) for name, seconds in spent.items()}

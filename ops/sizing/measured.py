"""What was measured, each with where it stands: the constants that `kritiq sizing` computes with."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Size:
    """Bytes: of any review, and more for each of its sentences."""

    review: float
    sentence: float

    def of(self, sentences: float) -> float:
        """Of a review of so many sentences."""
        return self.review + sentences * self.sentence


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Processor times in seconds, sizes in bytes. Machine X of BENCHMARKS.md unless another is named; put yours in."""

    #: Sentences a second that a core judges: BENCHMARKS.md, `Predictor.predict` on one core, float32, 21 November 2026.
    core_rate: float = 726.0
    #: How much of that is left when reviews come through the queue: bench/results/queue.md, `bulk_vs_direct` and
    #: `single_vs_direct`.
    bulk_share: float = 0.99
    single_share: float = 0.68
    #: From the POST of a single review to its result on an idle system, at the median, and how much more of it there is
    #: at p99 beside bulk work, for a batch is in the network: bench/results/queue.md. The second is of a worker that
    #: judges at `core_rate`; see `held_s`.
    single_s: float = 13.5e-3
    beside_bulk_s: float = 19.5e-3
    #: Of the API: a single review that somebody waits for, on a busy machine (bench/results/queue.md, `--only waited`,
    #: 29 November 2026); one of a batch, from the same file.
    api_single_s: float = 2.2e-3
    api_bulk_s: float = 0.03e-3
    #: Of Redis: a single review that comes alone, one of a batch, a webhook. The second is bench/results/queue.md's,
    #: the others and the next one are of `python -m bench.faults.costs`, 28 November 2026, on a busy machine; see
    #: "How far one Redis carries" in deploy/README.md.
    redis_single_s: float = 1.3e-3
    redis_bulk_s: float = 0.01e-3
    redis_webhook_s: float = 1.1e-3
    #: Of delivery: a webhook.
    webhook_s: float = 3.0e-3
    #: In Redis: a review of a batch that waits, one that has ended, alone and in a batch, and a webhook that was sent.
    #: `python -m bench.faults.costs`, 30 November 2026, with records packed whole; see "Memory" in deploy/README.md.
    #: The processor times above are from before that: unlike bytes they depend on what else a machine does.
    waiting: Size = Size(review=59, sentence=86)
    ended_single: Size = Size(review=629, sentence=60)
    ended_bulk: Size = Size(review=355, sentence=409)
    webhook_bytes: float = 378
    #: The cache of judgements, full: KRITIQ_CACHE_SENTENCES.
    cache_bytes: float = 114e6

    def held_s(self, rate: float) -> float:
        """Seconds for which a batch that is in the network of a worker of `rate` sentences a second keeps it."""
        return self.beside_bulk_s * self.core_rate / rate

"""What was measured, each with where it stands: the constants that `kritiq sizing` computes with."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Processor times in seconds, sizes in bytes. Machine X of BENCHMARKS.md unless another is named; put yours in."""

    #: Sentences a second that a core judges: BENCHMARKS.md, `Predictor.predict` on one core, float32, 21 November 2026.
    core_rate: float = 726.0
    #: How much of that is left when reviews come through the queue: bench/results/queue.md, `bulk_vs_direct` and
    #: `single_vs_direct`.
    bulk_share: float = 0.99
    single_share: float = 0.68
    #: From the POST of a single review to its result beside bulk work, at p99: bench/results/queue.md.
    single_s: float = 0.033
    #: Of the API: a single review accepted, one of a batch: bench/results/queue.md.
    api_single_s: float = 0.87e-3
    api_bulk_s: float = 0.03e-3
    #: Of Redis: a single review that comes alone, one of a batch, a webhook. The second is bench/results/queue.md's,
    #: the others and the next one are of `python -m bench.faults.costs`, 28 November 2026, on a busy machine; see
    #: "How far one Redis carries" in deploy/README.md.
    redis_single_s: float = 1.3e-3
    redis_bulk_s: float = 0.01e-3
    redis_webhook_s: float = 1.1e-3
    #: Of delivery: a webhook.
    webhook_s: float = 3.0e-3
    #: In Redis: a review of 105 characters that waits, and one that has ended and that one endpoint was told of:
    #: deploy/README.md, step 1 of "Kubernetes", 28 November 2026.
    waiting_bytes: float = 1_800.0
    ended_bytes: float = 3_000.0
    #: The cache of judgements, full: KRITIQ_CACHE_SENTENCES.
    cache_bytes: float = 114e6

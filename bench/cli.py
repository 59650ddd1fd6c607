"""`kritiq bench`: everything that is measured, each as one command that prints JSON."""

from collections.abc import Mapping
from typing import ClassVar

import click

from jobs.command import LazyGroup


class BenchGroup(LazyGroup):
    """The benchmarks by name; each lives in its own module and is imported when it is called."""

    commands_by_name: ClassVar[Mapping[str, str]] = {
        "reference": "bench.reference:reference_command",
        "agreement": "bench.agreement:agreement_command",
        "limit": "bench.limit:limit_command",
        "tfidf": "bench.tfidf:tfidf_command",
        "faults": "bench.faults.cli:faults_command",
        "queue": "bench.queue:queue_command",
        "compare": "bench.compare:compare_command",
        "api": "bench.api:api_command",
        "servers": "bench.servers:servers_command",
        "webhooks": "bench.webhooks:webhooks_command",
    }


@click.group("bench", cls=BenchGroup)
def bench_command() -> None:
    """Measure Kritiq on this machine; every figure is a ratio to something measured in the same run."""

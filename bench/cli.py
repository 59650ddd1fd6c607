"""`kritiq bench`: everything that is measured, each as one command that prints JSON."""

from collections.abc import Mapping
from typing import ClassVar

import click

from ops.command import LazyGroup


class BenchGroup(LazyGroup):
    """The benchmarks by name; each lives in its own module and is imported when it is called."""

    commands_by_name: ClassVar[Mapping[str, str]] = {
        "reference": "bench.model.reference:reference_command",
        "agreement": "bench.model.agreement:agreement_command",
        "training": "bench.model.training:training_command",
        "limit": "bench.model.limit:limit_command",
        "faults": "bench.faults.cli:faults_command",
        "sight": "bench.sight.cli:sight_command",
        "archive": "bench.archive:archive_command",
        "questions": "bench.questions:questions_command",
        "fill": "bench.fill.cli:fill_command",
        "queue": "bench.queue.cli:queue_command",
        "compare": "bench.http.compare:compare_command",
        "api": "bench.http.api:api_command",
        "servers": "bench.http.servers:servers_command",
        "endpoint": "bench.http.endpoint:endpoint_command",
        "webhooks": "bench.http.webhooks:webhooks_command",
        "peers": "bench.peers.cli:peers_command",
        "way": "bench.way:way_command",
    }


@click.group("bench", cls=BenchGroup)
def bench_command() -> None:
    """Measure Kritiq on this machine, and inject faults into it."""

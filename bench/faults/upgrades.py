"""Old and new side by side: the processes of another commit are replaced by this one's, one role after the other."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.faults.load import submit_batch
from bench.faults.processes import replace
from bench.faults.scenario import Run, Scenario, Skip

#: Roles that are replaced, in the order of deploy/upgrade.md, and in another one.
DOCUMENTED, API_FIRST = ("worker", "delivery", "reconciler", "api"), ("api", "reconciler", "delivery", "worker")
LINES = 40


def scenarios(former: Path | None) -> list[Scenario]:
    """`former`: a checkout of the commit to begin with. Without it they are skipped."""
    return [
        Scenario(
            name=name,
            says=f"{', then '.join(order)} of another commit replaced, with batches and webhooks under way",
            fault=partial(upgrade, order),
            cluster=_begins_with(former),
            jobs=600,
            batch=LINES,
        )
        for name, order in (("upgrade", DOCUMENTED), ("upgrade-api-first", API_FIRST))
    ]


def upgrade(order: Sequence[str], run: Run) -> None:
    """Replace a role at a time; before each, a batch is submitted."""
    for number, role in enumerate(order):
        texts = [f"Zeile {line} war gut." for line in range(LINES)]
        submit_batch(run.ledger, run.rotation[0], texts, key=f"before-{number}")
        run.cluster.former_roles.discard(role)
        replace(run, role)
    run.load.finish()
    if run.ledger.broken:
        run.wrong.append(f"requests failed: {dict(run.ledger.broken)}")


def _begins_with(former: Path | None) -> Callable[[], dict[str, Any]]:
    def cluster() -> dict[str, Any]:
        if former is None:
            raise Skip("needs --former")
        return {"apis": 2, "former": former}

    return cluster

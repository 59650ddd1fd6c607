"""What Prometheus is told of rollouts: of the last one of each alias, by arm."""

from collections import defaultdict
from collections.abc import Iterator

from prometheus_client.core import Metric

from api.http.context import Context
from api.service.families import counter, gauge

_COUNTED = {
    "reviews": "Reviews that each arm of a rollout has judged or failed on",
    "failed": "Reviews that each arm of a rollout has failed on",
    "lost": "Jobs of each arm of a rollout that were lost with their workers",
}
_ARM = ("alias", "version")


def rollouts(ctx: Context) -> Iterator[Metric]:
    """Raises Unavailable."""
    states: dict[tuple[str, ...], float] = {}
    shares: dict[tuple[str, ...], float] = {}
    seconds: dict[tuple[str, ...], float] = {}
    counts: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
    for alias in ctx.aliases.all().values():
        evidence = ctx.rollouts.evidence(alias)
        if alias.rollout is None or evidence is None:
            continue
        states[alias.name, alias.rollout.state.value] = 1.0
        for arm in (evidence.stable, evidence.candidate):
            of = (alias.name, arm.version)
            shares[of] = float(alias.versions.get(arm.version, 0))
            for what in _COUNTED:
                counts[what][of] = float(getattr(arm, what))
            if arm.high_ms is not None:
                seconds[of] = arm.high_ms / 1000
    yield gauge("kritiq_rollout_state", "Where the last rollout of each alias is", states, ("alias", "state"))
    yield gauge("kritiq_rollout_share", "What each arm of a rollout gets of its alias", shares, _ARM)
    for what, help_ in _COUNTED.items():
        yield counter(f"kritiq_rollout_{what}", help_, counts[what], _ARM)
    high = "Time for a sentence at the 95th percentile, of what both arms judged"
    yield gauge("kritiq_rollout_sentence_seconds", high, seconds, _ARM)

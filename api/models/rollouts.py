"""Rollouts as `GET /v1/models` tells of them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from api.http.reasons import reason_dicts
from jobs.alias import Alias
from jobs.feedback import JudgedLine
from jobs.rollout import Rollout
from jobs.rollout_evidence import Arm, Evidence
from jobs.served import Serving
from jobs.timestamp import rfc3339
from store.disputes import Differing
from watch.rollout import drift_indices, served_of, verdict


def rollout_dict(
    alias: Alias, evidence: Evidence | None, workers: Sequence[Serving], examples: Sequence[Differing] = ()
) -> dict[str, Any] | None:
    """The last rollout of an alias as `RolloutAnswer` describes it; without `evidence` for whoever may not see it."""
    rollout = alias.rollout
    if rollout is None:
        return None
    waits = None
    if evidence is not None and not rollout.state.terminal:
        waits = verdict(rollout, evidence, served_of(rollout, workers))
    return {
        "stable": rollout.stable,
        "candidate": rollout.candidate,
        "state": rollout.state.value,
        "steps": list(rollout.steps),
        "step": rollout.step,
        "bounds": asdict(rollout.bounds),
        "began_at": rfc3339(rollout.began_at),
        "step_at": rfc3339(rollout.step_at),
        "ended_at": rfc3339(rollout.ended_at),
        "why": None if evidence is None else rollout.why,
        "why_codes": None if evidence is None else reason_dicts(rollout.reasons),
        "waits_for": waits and waits.why,
        "waits_for_codes": waits and reason_dicts(waits.reasons),
        "evidence": None if evidence is None else _evidence_dict(rollout, evidence),
        "examples": None if evidence is None else [_example_dict(each) for each in examples],
    }


def _example_dict(found: Differing) -> dict[str, Any]:
    of_line = isinstance(found.job, JudgedLine)
    return {
        "job_id": None if of_line else found.job.id,
        "batch_id": found.job.batch_id if isinstance(found.job, JudgedLine) else None,
        "line": found.job.line if isinstance(found.job, JudgedLine) else None,
        "sentence": found.sentence.index,
        "text": found.sentence.text,
        "version": found.version,
        "differences": [
            {"aspect": aspect, "answered": found.sentence.polarity(aspect), "other": other}
            for aspect, other in found.other.items()
        ],
    }


def _evidence_dict(rollout: Rollout, evidence: Evidence) -> dict[str, Any]:
    return {
        "arms": [_arm_dict(arm) for arm in (evidence.stable, evidence.candidate)],
        "compared": evidence.compared,
        "sentences": evidence.sentences,
        "same": evidence.same,
        "slowdown": _short(evidence.slowdown),
        "drift": {aspect: round(index, 4) for aspect, index in drift_indices(evidence).items()},
        "reviews_of_step": evidence.candidate.reviews - rollout.reviews_before,
    }


def _arm_dict(arm: Arm) -> dict[str, Any]:
    return {
        "version": arm.version, "reviews": arm.reviews, "failed": arm.failed, "lost": arm.lost,
        "high_ms": _short(arm.high_ms),
    }  # fmt: skip


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 3)

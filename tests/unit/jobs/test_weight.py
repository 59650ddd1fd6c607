"""What a review weighs in queues and limits."""

import pytest

from jobs.request import EVIDENCE_READINGS, EVIDENCE_SENTENCES, JobRequest, Priority, weight_of
from jobs.submission import new_job
from model.evidence import MOST_SENTENCES
from store import queues
from tests.support.factories import make_settings


@pytest.mark.parametrize(
    ("text", "weight"),
    [("Gut.", 1 + EVIDENCE_READINGS), ("Gut. " * 3, 3 * (1 + EVIDENCE_READINGS)),
     ("Gut. " * 100, 100 + EVIDENCE_SENTENCES * EVIDENCE_READINGS)],
)  # fmt: skip
def test_evidence_weighs_what_it_costs(text: str, weight: int) -> None:
    assert weight_of(text, JobRequest(evidence=True)) == weight
    assert new_job(text, JobRequest(evidence=True), make_settings()).weight == weight
    assert weight_of(text, JobRequest()) == text.count(".")
    assert EVIDENCE_SENTENCES == MOST_SENTENCES


@pytest.mark.parametrize(
    ("priority", "queue"), [(Priority.HIGH, queues.LONG_QUEUE), (Priority.NORMAL, queues.LONG_QUEUE),
                            (Priority.BULK, queues.QUEUES[Priority.BULK])]
)  # fmt: skip
def test_what_asks_for_evidence_waits_as_long_reviews_do_however_urgent(priority: Priority, queue: str) -> None:
    assert queues.queue_of(JobRequest(priority=priority, evidence=True), 1) == queue
    assert queues.queue_of(JobRequest(priority=priority), 1) == queues.QUEUES[priority]

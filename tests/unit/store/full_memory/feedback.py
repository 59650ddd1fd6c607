"""What people said of judgements."""

from jobs.feedback import Correction, JudgedSentence
from jobs.job import Job
from store.feedback import FeedbackStore
from store.outbox import BEGINNING, Outbox, What
from tests.support.factories import create, work_off
from tests.support.post import TENANT
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps


def say(world: RedisWorld, job: Job, aspect: str = "food") -> None:
    """Somebody says something of the first sentence."""
    sentence = JudgedSentence(index=0, text="Gut.", aspects={"food": ("positive", 0.9)})
    correction = Correction(sentence=0, aspect=aspect, polarity="negative")
    assert FeedbackStore(world.redis).put(job, "de", sentence, correction, most=10, ttl_ms=60_000)


def take_it_back(world: RedisWorld) -> Steps:
    job = create(world.store)
    work_off(world.store)
    for aspect in ("food", "price"):
        say(world, job, aspect)
    outbox = Outbox(world.redis)
    outbox.switch_on(10)
    yield
    feedback = FeedbackStore(world.redis)
    assert feedback.delete(TENANT, job.id, (0, "food"))
    assert feedback.delete(TENANT, job.id)
    assert feedback.of(TENANT, job.id) is None
    told = outbox.read(BEGINNING, most=9, wait_ms=0)
    assert [(each.what, each.part) for each in told] == [(What.TAKEN_BACK, (0, "food")), (What.TAKEN_BACK, None)]


#: By script.
GOES_ON: dict[str, list[Scenario]] = {"feedback/delete": [take_it_back]}

"""The queues, their order and lanes, and the tasks that Celery clients may send."""

from jobs.lane import Lane
from jobs.request import JobRequest, Priority

#: Tasks that any Celery client may send by name.
ANALYZE = "kritiq.analyze"
REVIEW = "kritiq.review"
PREDICT = "kritiq.predict"

#: The queues of each priority. Celery's messages: a list each.
QUEUES: dict[Priority, str] = {priority: f"kritiq.{priority}" for priority in Priority}
#: Where single reviews of many sentences, or with evidence, wait: behind all others, before bulk work, so that they
#: hold nobody up.
LONG_QUEUE = "kritiq.long"
#: Sentences from which a review is long. Judging so many takes about as long as a batch of the network.
LONG_REVIEW = 64
#: Where jobs wait for a worker that has their model, once one without it has taken them off their queue. Its totals are
#: counted like those of the others; the messages lie in lists by lane and version (`MODEL_LIST`).
MODEL_QUEUE = "kritiq.models"
#: Our queues, in the order in which workers look.
ORDER = (QUEUES[Priority.HIGH], QUEUES[Priority.NORMAL], MODEL_QUEUE, LONG_QUEUE, QUEUES[Priority.BULK])
#: Those of them that messages lie in, which is as Celery knows them.
CELERY_ORDER = tuple(queue for queue in ORDER if queue != MODEL_QUEUE)
#: What is counted of each (store/lua/lib/accounting.lua): those that tell how much waits, in sentences and in jobs.
TOTALS = ("in", "out", "gone", "jobs_in", "jobs_out", "apart")
#: Celery's own default queue, where `send_task("kritiq.analyze", [text])` of an unconfigured client lands.
CELERY_QUEUE = "celery"


def with_priority(queue: str, step: int) -> str:
    """The list in which kombu keeps a queue's messages of Celery priorities `step` (3, 6 or 9) and up; 0 is `queue`."""
    return f"{queue}\x06\x16{step}" if step else queue


#: The queues of single reviews of priority `high`, and of others, in the order in which workers look. Of Celery's
#: priorities 0 is the most urgent.
HIGH_QUEUES = tuple(with_priority(QUEUES[Priority.HIGH], step) for step in (0, 3, 6, 9))
URGENT_QUEUES = (
    *(with_priority(queue, step) for step in (0, 3, 6) for queue in (QUEUES[Priority.NORMAL], CELERY_QUEUE)),
)
#: Those of what gives way to single reviews.
BULK_QUEUES = (
    LONG_QUEUE,
    *(with_priority(queue, 9) for queue in (QUEUES[Priority.NORMAL], CELERY_QUEUE)),
    *(with_priority(QUEUES[Priority.BULK], step) for step in (0, 3, 6, 9)),
)
ALL_QUEUES = (*HIGH_QUEUES, *URGENT_QUEUES, *BULK_QUEUES)
#: Those of each lane.
LANES = {Lane.HIGH: HIGH_QUEUES, Lane.URGENT: URGENT_QUEUES, Lane.BULK: BULK_QUEUES}
#: Those that Celery clients alone put messages into.
CELERY_LISTS = tuple(queue for queue in ALL_QUEUES if queue not in ORDER)
#: Lists of a client whose `priority_steps` or `sep` are as Celery's documentation recommends for more priorities
#: than kombu's four -> the list, which workers read, of the same or the next more urgent priority.
GATHERED = {
    f"{queue}{separator}{step}": queue if queue == LONG_QUEUE else with_priority(queue, step - step % 3)
    for queue in (*CELERY_ORDER, CELERY_QUEUE)
    for separator in ("\x06\x16", ":")
    for step in range(1, 10)
    if f"{queue}{separator}{step}" not in ALL_QUEUES
}
#: The lane of each of our queues.
LANE_OF = {queue: lane for lane, queues in LANES.items() for queue in queues if queue in ORDER}
#: Those that an idle worker waits for; the others it looks at twice a second.
WATCHED = {
    Lane.HIGH: (QUEUES[Priority.HIGH],),
    Lane.URGENT: (QUEUES[Priority.NORMAL], CELERY_QUEUE),
    Lane.BULK: (LONG_QUEUE, QUEUES[Priority.BULK]),
}


def queue_of(request: JobRequest, weight: int) -> str:
    """Where a review of about `weight` sentences waits. One that asks for evidence is long, however short it is."""
    long = weight > LONG_REVIEW or request.evidence
    return LONG_QUEUE if long and request.priority is not Priority.BULK else QUEUES[request.priority]


#: Where a stock worker (no batch consumer) looks for work that is not a review.
PLAIN_QUEUE = "kritiq.plain"
#: The task that retrains a model, and where the trainer alone looks for it.
RETRAIN = RETRAIN_QUEUE = "kritiq.retrain"
#: The task that is one trial of a sweep, and where `kritiq sweep-worker` alone looks for it.
SWEEP = SWEEP_QUEUE = "kritiq.sweep"

"""Every call about feedback, as flows."""

from datetime import datetime

from kritiq_client.batch_answers import Batch
from kritiq_client.exchange import ask, error_of, row_of
from kritiq_client.feedback_answers import Feedback, FeedbackExample, FeedbackQueue, QueuedSentence
from kritiq_client.job_answers import Job
from kritiq_client.job_calls import JSON, SILENCE_S, paged, path, remove, wishes
from kritiq_client.named import in_path
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.sse import LineParser
from kritiq_client.steps import Answer, Close, Emit, Flow, Open, Read, Request, Stream


def give_feedback(
    core: Core, job: str | Job, sentence: int, aspect: str, polarity: str, *, by: str | None = None
) -> Flow[Feedback]:
    """Say which polarity an aspect of one of the job's sentences has (`none`: it is not mentioned), and who says so.

    `sentence` is its index. Said again it is the same. Returns all that was said of the job. Raises Invalid, NotFound,
    Gone, Conflict when there is no result or no room.
    """
    return (yield from _give(core, _path(job), sentence, aspect, polarity, by))


def give_line_feedback(
    core: Core, batch: str | Batch, line: int, sentence: int, aspect: str, polarity: str, *, by: str | None = None
) -> Flow[Feedback]:
    """The same of a line of a batch, by its number, as soon as it has its result. Raises as `give_feedback`."""
    return (yield from _give(core, _line_path(batch, line), sentence, aspect, polarity, by))


def _give(core: Core, to: str, sentence: int, aspect: str, polarity: str, by: str | None) -> Flow[Feedback]:
    members = {"sentence": sentence, "aspect": aspect, "polarity": polarity} | ({"by": by} if by is not None else {})
    request = Request(method="POST", path=to, headers={"content-type": JSON}, body=encode(members))
    return (yield from ask(core, request, Feedback))


def get_feedback(core: Core, job: str | Job) -> Flow[Feedback]:
    """What was said of a job. Raises NotFound, Gone."""
    return (yield from ask(core, Request(method="GET", path=_path(job)), Feedback))


def get_line_feedback(core: Core, batch: str | Batch, line: int) -> Flow[Feedback]:
    """What was said of a line of a batch. Raises NotFound, Gone, Conflict while it has no result."""
    return (yield from ask(core, Request(method="GET", path=_line_path(batch, line)), Feedback))


def feedback(
    core: Core,
    *,
    restaurant: str | None = None,
    external_author: str | None = None,
    batch: str | Batch | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    page_size: int = 100,
) -> Stream[Feedback]:
    """What was said, by job and by line of a batch, newest first, page by page as it is asked for.

    With `batch` only on its lines.
    """
    params = wishes(
        restaurant=restaurant, external_author=external_author, batch=batch,
        since=since, until=until, page_size=page_size,
    )  # fmt: skip
    yield from paged(core, "/v1/feedback", params, "feedback", Feedback)
    return Feedback


def feedback_examples(
    core: Core,
    *,
    restaurant: str | None = None,
    external_author: str | None = None,
    batch: str | Batch | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Stream[FeedbackExample]:
    """Every sentence that something was said of as training data, newest first, as it comes.

    Raises TransportError where it breaks off before all of it has come: it has to be begun anew then.
    """
    params = wishes(
        restaurant=restaurant, external_author=external_author, batch=batch,
        since=since, until=until,
    )  # fmt: skip
    answer: Answer = yield Open(Request(method="GET", path="/v1/feedback/examples", params=params, wait_s=SILENCE_S))
    if answer.status >= 400:
        raise error_of(answer)
    parser = LineParser()
    while (data := (yield Read())) is not None:
        for row in parser.feed(data):
            yield Emit(row_of(FeedbackExample, row, "examples"))
    yield Close()
    return FeedbackExample


def feedback_queue(
    core: Core, *, restaurant: str | None = None, count: int = 20, reviews: int = 500
) -> Flow[tuple[QueuedSentence, ...]]:
    """The sentences that most need a person: of which versions differ, then of which the model is least sure.

    Up to `count` (100), of the newest `reviews` (1,000). Say of each what is right with `give_feedback`, or of a line
    with `give_line_feedback`. The key needs `jobs:read` and `jobs:write`. Raises Invalid, Forbidden.
    """
    params = wishes(restaurant=restaurant, count=count, reviews=reviews)
    found = yield from ask(core, Request(method="GET", path="/v1/feedback/queue", params=params), FeedbackQueue)
    return found.sentences


def delete_feedback(
    core: Core, job: str | Job, *, sentence: int | None = None, aspect: str | None = None
) -> Flow[None]:
    """Take back all that was said of a job, or of one aspect of one of its sentences. What is not there is no error.

    Raises NotFound, Gone, Invalid for one of the two without the other.
    """
    yield from remove(core, _path(job), wishes(sentence=sentence, aspect=aspect))


def delete_line_feedback(
    core: Core, batch: str | Batch, line: int, *, sentence: int | None = None, aspect: str | None = None
) -> Flow[None]:
    """The same of a line of a batch. Raises as `delete_feedback`."""
    yield from remove(core, _line_path(batch, line), wishes(sentence=sentence, aspect=aspect))


def _path(job: str | Job) -> str:
    return path(job) + "/feedback"


def _line_path(batch: str | Batch, line: int) -> str:
    return f"/v1/batches/{in_path(batch)}/lines/{line}/feedback"

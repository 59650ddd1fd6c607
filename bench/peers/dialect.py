"""How a peer is asked for a review, and what its answer says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bench.fleet import Answer, request
from bench.queue.latency import waiting_posts

#: For each sentence of a review its aspects and how they were judged: what must be the same everywhere.
Labels = list[dict[str, str]]


def labels_of(review: Mapping[str, Any]) -> Labels:
    """The labels of a review as `ReviewPrediction.to_dict` has it."""
    return [
        {aspect: judged["polarity"] for aspect, judged in sentence["aspects"].items()}
        for sentence in review["sentences"]
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """A peer's HTTP."""

    #: The requests for texts.
    requests: Callable[[Sequence[str]], list[bytes]]
    #: The review in a parsed answer.
    review: Callable[[Any], Mapping[str, Any]] = lambda answer: answer
    #: What to ask next when the answer only says that the review is still to come.
    follow: Callable[[Answer], bytes | None] = lambda answer: None

    def labels(self, body: bytes) -> Labels:
        """The labels in an answer's body. Raises ValueError when it has none."""
        try:
            return labels_of(self.review(orjson.loads(body)))
        except (KeyError, TypeError, IndexError, orjson.JSONDecodeError) as error:
            raise ValueError(f"no review: {body[:200]!r}") from error


def _posts(path: str, body: Callable[[str], Any]) -> Callable[[Sequence[str]], list[bytes]]:
    return lambda texts: [request("POST", path, orjson.dumps(body(text))) for text in texts]


def _of_a_job(job: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = job["result"]
    return found


def _job_later(answer: Answer) -> bytes | None:
    if answer.status != 202:
        return None
    return request("GET", f"{orjson.loads(answer.body)['links']['self']}?wait=30")


#: `POST /` of one review.
PLAIN = Dialect(requests=_posts("/", lambda text: {"text": text}))
#: The same where the route has the model's name.
TORCHSERVE = Dialect(requests=_posts("/predictions/reviews", lambda text: {"text": text}))
#: A call has a list of texts, here of one.
LIST_OF_ONE = Dialect(requests=_posts("/", lambda text: {"texts": [text]}), review=lambda answer: answer[0])
#: `POST /v1/jobs` with `Prefer: wait`; who has waited for half a minute asks again.
KRITIQ = Dialect(requests=waiting_posts, review=_of_a_job, follow=_job_later)

"""One round of one peer: whether its answers are right, then what it takes for them."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from bench.figures import percentile
from bench.fleet import Client
from bench.peers.dialect import KRITIQ, Labels, labels_of
from bench.peers.environment import NotHere
from bench.peers.figures import Figures
from bench.peers.load import alone, at_rate, in_turns, through_a_kill
from bench.peers.peer import Peer
from bench.peers.running import Running
from bench.peers.scale import CHECKED, Scale
from bench.queue.rates import batch_post, good_lines
from bench.texts import reviews
from model.predictor import Predictor


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What all peers get: the same reviews in every round."""

    scale: Scale
    #: The open loop's.
    per_s: float
    checked: Sequence[str]
    labels: Sequence[Labels]
    alone: Sequence[str]
    turns: Sequence[str]
    at_rate: Sequence[str]
    bulk: Sequence[str]
    at_once: Sequence[str]


def task_of(scale: Scale, per_s: float, predictor: Predictor) -> Task:
    """The reviews, and what `predictor` says of those that are checked."""
    checked = reviews(CHECKED, seed=21)
    return Task(
        scale=scale, per_s=per_s, checked=checked,
        labels=[labels_of(review.to_dict()) for review in predictor.predict(checked)],
        alone=reviews(scale.alone, seed=22), turns=reviews(scale.turns, seed=23),
        at_rate=reviews(max(1, round(per_s * scale.at_rate_s)), seed=24), bulk=reviews(scale.bulk, seed=25),
        at_once=reviews(scale.at_once, seed=26),
    )  # fmt: skip


def directly(task: Task, predictor: Predictor) -> Figures:
    """The floor: `predictor` in this process, with all reviews in one call where a peer gets many."""

    def seconds(texts: Sequence[str]) -> float:
        began = time.perf_counter()
        predictor.predict(list(texts))
        return time.perf_counter() - began

    singles = [seconds([text]) * 1000 for text in task.alone]
    return Figures(
        reviews_per_s=len(task.turns) / seconds(task.turns), idle_p50_ms=percentile(singles, 0.5),
        idle_p99_ms=percentile(singles, 0.99), bulk_s=seconds(task.bulk),
    )  # fmt: skip


def measured(task: Task, peer: Peer, running: Running) -> Figures:
    """A round of a peer that runs. Raises NotHere when it answers something else than direct prediction, or fails."""
    try:
        asyncio.run(check(task, peer, running))
        return asyncio.run(_measured(task, peer, running))
    except (OSError, RuntimeError, ValueError, ExceptionGroup) as error:
        raise NotHere(f"failed under load: {type(error).__name__} {error}"[:200]) from error


async def check(task: Task, peer: Peer, running: Running) -> None:
    """Raises NotHere unless the answers have direct prediction's labels."""
    connection = await running.target.connect()
    try:
        for sent, text, labels in zip(peer.dialect.requests(task.checked), task.checked, task.labels, strict=True):
            answer = await running.target.ask(connection, sent)
            if (found := peer.dialect.labels(answer.body)) != labels:
                raise NotHere(f"other labels than direct prediction: {found} instead of {labels} for {text!r}")
    finally:
        connection.close()


async def _measured(task: Task, peer: Peer, running: Running) -> Figures:
    scale, target, requests = task.scale, running.target, peer.dialect.requests
    # Not timed: threads, connections and caches of the peer's own are made by the first of many clients.
    await in_turns(target, requests(task.turns[: 4 * scale.clients]), clients=scale.clients)
    singles = await alone(target, requests(task.alone))
    seconds = await in_turns(target, requests(task.turns), clients=scale.clients)
    late = await at_rate(target, requests(task.at_rate), per_s=task.per_s)
    if peer.dialect is KRITIQ:
        bulk_s = await asyncio.to_thread(_as_a_batch, target.port, task.bulk)
    else:
        bulk_s = await in_turns(target, requests(task.bulk), clients=scale.bulk_clients)
    answered = await through_a_kill(
        target, requests(task.at_once), kill=running.kill, after=scale.kill_after, quiet_s=scale.quiet_s
    )
    return Figures(
        reviews_per_s=len(task.turns) / seconds, idle_p50_ms=percentile(singles, 0.5),
        idle_p99_ms=percentile(singles, 0.99), rate_p50_ms=percentile(late, 0.5), rate_p99_ms=percentile(late, 0.99),
        bulk_s=bulk_s, answered=answered,
    )  # fmt: skip


def _as_a_batch(port: int, texts: Sequence[str]) -> float:
    """Seconds from the POST of a batch until the last of its results has been read."""
    client, began = Client(port), time.perf_counter()
    try:
        answer = client(batch_post(texts))
    finally:
        client.close()
    if answer.status != 202:
        raise RuntimeError(f"the batch was refused: {answer.body[:200]!r}")
    good = good_lines(port, orjson.loads(answer.body)["links"]["results"], len(texts))
    if good != len(texts):
        raise RuntimeError(f"of {len(texts)} reviews of the batch {good} succeeded")
    return time.perf_counter() - began

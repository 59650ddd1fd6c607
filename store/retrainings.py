"""Retrainings that were asked for: what was asked lies here, and what became of it in Celery's result backend."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson

from jobs.asked_retraining import OF_CELERY, PROGRESS, AskedRetraining, RetrainingStatus
from jobs.backlog import own_version
from jobs.choice import DEFAULT
from jobs.errors import NotCancelable, NotFound, NotOneVersion, RetrainingUnderWay
from jobs.job import DEFAULT_TENANT, new_id
from jobs.members import known_members
from jobs.retraining import KEPT_MS, Beginning, RetrainingRequest
from store import keys, retraining_keys
from store.aliases import AliasStore
from store.jobs import RedisStore
from store.listing import Slice, newest
from store.lists import Listed
from store.messages import retraining_message
from store.scripts import RedisBase, translated


class RetrainingStore(RedisBase):
    """Whoever asks follows them here; trainers take them from their queue."""

    @translated
    def ask(self, asked: RetrainingRequest, *, at_ms: int | None = None) -> AskedRetraining:
        """Have the trainer do it. What people said until now is learned; of a run that is gone on with, until `at_ms`.

        Raises RetrainingUnderWay while one of the same version has not ended; NotOneVersion of a split alias, unless it
        goes on with what had begun before.
        """
        task, at = new_id("retrain"), self._now_ms() if at_ms is None else at_ms
        self._note(task, asked, at, retraining_message(task, {"at_ms": at, **asked.to_dict()}))
        return self.get(task)

    @translated
    def taken(self, task: str, asked: RetrainingRequest, *, at_ms: int) -> None:
        """A trainer has it: what a Celery client sent by itself stands in the list from now on, and nothing changes for
        what was asked for here. Raises as `ask`."""
        if not self._redis.exists(retraining_keys.RETRAINING_ASKED(task)):
            self._note(task, asked, at_ms, b"")

    @translated
    def begin(self, asked: RetrainingRequest, found: Beginning, *, at_ms: int) -> Beginning:
        """Keep what was found as it began, of the first time that this was asked for at this time; gives that."""
        key, told = retraining_keys.RETRAINING_BEGAN(asked.digest(at_ms)), orjson.dumps(asdict(found))
        first = self._redis.set(key, told, nx=True, px=KEPT_MS)
        return found if first else self.began(asked, at_ms=at_ms) or found

    @translated
    def began(self, asked: RetrainingRequest, *, at_ms: int) -> Beginning | None:
        """What it found as it first began; None when it has not begun, or that was long ago."""
        told: Any = self._redis.get(retraining_keys.RETRAINING_BEGAN(asked.digest(at_ms)))
        return Beginning(**known_members(Beginning, orjson.loads(told))) if told else None

    @translated
    def get(self, task: str) -> AskedRetraining:
        """Raises NotFound."""
        (found,) = self._read([task])
        if found is None:
            raise NotFound("There is no such retraining.")
        return found

    @translated
    def page(self, *, size: int, before: tuple[int, str] | None = None) -> Slice[AskedRetraining]:
        """Up to `size` of them, newest first."""
        return newest(self._redis, [retraining_keys.RETRAININGS], self._read, size=size, before=before)

    @translated
    def cancel(self, task: str) -> AskedRetraining:
        """Have it end, also one that has not begun; nothing of it is kept. Raises NotFound, NotCancelable."""
        if self.get(task).status.terminal:
            raise NotCancelable("The retraining has already ended.")
        RedisStore(self._redis).revoke([task], for_ms=self._retention.revoked_ms)
        self._redis.publish(keys.LISTS(DEFAULT_TENANT), Listed.RETRAININGS)
        return self.get(task)

    def _note(self, task: str, asked: RetrainingRequest, at_ms: int, message: bytes) -> None:
        begun = self.began(asked, at_ms=at_ms)
        base = begun.base if begun is not None else self._base(asked.model)
        args = [task, base, orjson.dumps(asked.to_dict()), at_ms, KEPT_MS, message]
        answer, *other = self._run("model/retrain", args=args)
        if answer != b"asked":
            raise RetrainingUnderWay(f"{base} is being retrained: {other[0].decode()}. Wait for its end, or cancel it.")

    def _base(self, model: str) -> str:
        """The version that learns, as far as anybody but the trainer knows."""
        alias = AliasStore(self._redis).all().get(model)
        if alias is None:
            return (own_version(RedisStore(self._redis).workers()) or model) if model == DEFAULT else model
        if len(alias.versions) > 1:
            raise NotOneVersion(f"The alias {model} stands for {', '.join(alias.versions)}: name one of them.")
        (version,) = alias.versions
        return version

    def _read(self, tasks: list[str]) -> list[AskedRetraining | None]:
        pipe = self._redis.pipeline(transaction=False)
        pipe.time()
        for task in tasks:
            pipe.hgetall(retraining_keys.RETRAINING_ASKED(task))
            pipe.get(keys.RESULT(task))
            pipe.zscore(keys.REVOKED, task)
            pipe.exists(retraining_keys.RETRAINING(task))
        (seconds, micros), *rows = pipe.execute()
        now = seconds * 1000 + micros // 1000
        found = zip(tasks, rows[::4], rows[1::4], rows[2::4], rows[3::4], strict=True)
        return [
            _retraining(task, raw, told, off=off is not None and off > now, held=bool(held)) if raw else None
            for task, raw, told, off, held in found
        ]


def _retraining(task: str, raw: Mapping[bytes, bytes], told: bytes | None, *, off: bool, held: bool) -> AskedRetraining:
    """What was asked, and what Celery has been told of it. `off`: it was called off; `held`: a trainer is at work."""
    meta: dict[str, Any] = orjson.loads(told) if told else {"status": "PENDING"}
    state, result = meta["status"], meta.get("result")
    status = OF_CELERY.get(state, RetrainingStatus.RUNNING)
    of: Mapping[str, Any] = result if isinstance(result, dict) else {}
    if status is RetrainingStatus.SUCCEEDED and not of.get("passed"):
        status = RetrainingStatus.REFUSED
    if off and not held and not status.terminal:
        # Whoever takes it ends it.
        status = RetrainingStatus.CANCELED
    under_way = of if state == PROGRESS else {}
    return AskedRetraining(
        id=task,
        request=RetrainingRequest.sent(**known_members(RetrainingRequest, orjson.loads(raw[b"asked"]))),
        base=raw[b"base"].decode(),
        asked_at=int(raw[b"at"]),
        status=status,
        share=under_way.get("share"),
        message=under_way.get("said"),
        told_at=under_way.get("at"),
        ended_at=_ended_at(meta) if status.terminal else None,
        at_work=held and not status.terminal,
        cancel_requested=off and not status.terminal,
        result=of if state == "SUCCESS" else None,
        error=_error(of) if status is RetrainingStatus.FAILED else None,
    )


def _ended_at(meta: Mapping[str, Any]) -> int | None:
    """When Celery was told of the end, in milliseconds since the epoch."""
    done = meta.get("date_done")
    if done is None:
        return None
    at = datetime.fromisoformat(done)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _error(of: Mapping[str, Any]) -> str:
    """An exception as Celery keeps it, in words."""
    message = of.get("exc_message")
    words = " ".join(map(str, message)) if isinstance(message, list | tuple) else str(message or "")
    return words or str(of.get("exc_type", "It failed."))

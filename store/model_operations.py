"""Models are loaded and unloaded on request: whoever asks follows it here, and workers find here what to do."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import orjson

from jobs.choice import DEFAULT, version_id
from jobs.errors import ModelInUse, NotFound
from jobs.job import new_id
from jobs.members import known_members
from jobs.model_operation import Action, InWorker, InWorkerState, ModelOperation
from jobs.reason import Reason
from jobs.served import ModelState
from store import keys, operation_keys
from store.aliases import AliasStore
from store.jobs import RedisStore
from store.lists import EVERYBODY, Listed
from store.rollouts import RolloutStore
from store.scripts import RedisBase, translated
from store.served import ServedStore

#: How long one is kept, in milliseconds.
KEPT_MS = 86_400_000
#: The member of an operation that is no worker's: names of workers have an `@`.
_ASKED = "asked"


class OperationStore(RedisBase):
    """Of the whole deployment, as aliases are."""

    @translated
    def ask(self, action: Action, version: str, *, force: bool = False) -> ModelOperation:
        """Have all workers do it that are up and serve the version; where it is out of service it may be loaded anew.

        Raises NotFound when there is none, ModelInUse when it is to be unloaded and an alias stands for it or jobs wait
        for it, unless `force` is true.
        """
        serving = [
            each.worker
            for each in ServedStore(self._redis).all()
            for model in each.models
            if model.version == version and (action is Action.LOAD or model.state is not ModelState.FAILED)
        ]
        if not serving:
            raise NotFound(f"No worker that is up serves {version}.")
        if action is Action.UNLOAD and not force and (why := self._needed(version)):
            raise ModelInUse(f"{version} stays in memory: {why}.")
        operation = ModelOperation(
            id=new_id("operation"), action=action, version=version, force=force, asked_at=(now := self._now_ms()),
            workers=[InWorker(worker=name, state=InWorkerState.WAITING, since=now) for name in serving],
        )  # fmt: skip
        key = operation_keys.MODEL_OPERATION(operation.id)
        asked = {"action": action, "version": version, "force": force, "asked_at": now}
        with self._redis.pipeline() as pipe:
            pipe.hset(key, _ASKED, orjson.dumps(asked))
            for each in operation.workers:
                pipe.hset(key, each.worker, _told(each))
            pipe.pexpire(key, KEPT_MS)
            pipe.hset(operation_keys.MODEL_OPERATIONS, version, operation.id)
            pipe.publish(keys.LISTS(EVERYBODY), Listed.MODELS)
            pipe.execute()
        return operation

    @translated
    def get(self, operation_id: str) -> ModelOperation:
        """Raises NotFound."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.hgetall(operation_keys.MODEL_OPERATION(operation_id))
        pipe.zrangebyscore(keys.WORKERS, self._now_ms(), "+inf")
        raw, up = pipe.execute()
        told = {name.decode(): orjson.loads(data) for name, data in raw.items()}
        if _ASKED not in told:
            raise NotFound("There is no such operation: it is kept for a day.")
        asked = told.pop(_ASKED)
        last: Any = self._redis.hget(operation_keys.MODEL_OPERATIONS, asked["version"])
        overtaken = last is not None and last.decode() != operation_id
        return ModelOperation(
            **asked | {"action": Action(asked["action"])},
            id=operation_id,
            workers=[
                _seen(_heard(each), {name.decode() for name in up}, overtaken=overtaken)
                for _, each in sorted(told.items())
            ],
        )

    @translated
    def last(self) -> Mapping[str, str]:
        """Version -> id of what was asked for it last."""
        rows: Any = self._redis.hgetall(operation_keys.MODEL_OPERATIONS)
        return {version.decode(): operation.decode() for version, operation in rows.items()}

    @translated
    def tell(
        self,
        operation_id: str,
        worker: str,
        state: InWorkerState,
        why: str | None = None,
        why_code: Reason | None = None,
    ) -> None:
        """How far a worker is with it. Of one that is not kept any more nothing is."""
        key = operation_keys.MODEL_OPERATION(operation_id)
        told = InWorker(worker=worker, state=state, since=self._now_ms(), why=why, why_code=why_code)
        if self._redis.hexists(key, worker):
            with self._redis.pipeline() as pipe:
                pipe.hset(key, worker, _told(told))
                pipe.pexpire(key, KEPT_MS)
                pipe.publish(keys.LISTS(EVERYBODY), Listed.MODELS)
                pipe.execute()

    def _needed(self, version: str) -> str | None:
        aliases = AliasStore(self._redis).all()
        if named := [alias.name for alias in aliases.values() if version in alias.named]:
            return f"{', '.join(named)} stands for it"
        own = {version_id(each.model["name"], each.model["version"]) for each in RedisStore(self._redis).workers()}
        if DEFAULT not in aliases and version in own:
            return "it is a worker's own model, which `default` stands for"
        return "jobs wait for it" if version in RolloutStore(self._redis).waited() else None


def _told(each: InWorker) -> bytes:
    return orjson.dumps(asdict(each))


def _heard(told: Mapping[str, Any]) -> InWorker:
    known = known_members(InWorker, told)
    code = known.get("why_code")
    return InWorker(**known | {"why_code": Reason(**known_members(Reason, code)) if code else None})


def _seen(told: InWorker, up: set[str], *, overtaken: bool) -> InWorker:
    """As it is for whoever asks: of a worker that is gone nothing comes any more."""
    state = InWorkerState(told.state)
    if not state.terminal:
        state = (
            InWorkerState.GONE
            if told.worker not in up
            else InWorkerState.OVERTAKEN
            if overtaken and state is InWorkerState.WAITING
            else state
        )
    return replace(told, state=state)

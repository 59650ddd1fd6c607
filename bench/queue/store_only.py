"""What `POST /v1/jobs` is compared to: HTTP, validation and only the Redis writes of a record.

`python -m bench.queue.store_only` serves the same application under the same server; of storing a job it does the three
plain commands that keep the record, find it again and tell a worker: no Celery message, no fence, no totals.
`python -m bench.queue.store_only floor` leaves the application away too: Flask, the request's schema, the same
commands.
"""

import sys
from typing import Any

import orjson
from flask import Flask, Response, request

from api.app import create_app
from api.cli import Server
from api.http.hub import RedisHub
from api.jobs.schemas import JobBody
from jobs.backlog import Place
from jobs.job import Job, new_id
from jobs.settings import load_settings
from jobs.stored import Created
from store import keys
from store.connection import connect
from store.job_record import fields
from store.jobs import RedisStore


class StoreOnly(RedisStore):
    """Writes a record and nothing else."""

    def create(self, job: Job, text: str, **_: Any) -> Created:
        """Keep the record."""
        write(self._redis, job.id, dict(_pairs(fields(job, text, self._sealing))))
        return Created(job=job, new=True, place=Place(position=1, ahead=1))


def write(client: Any, job_id: str, record: dict[str, Any]) -> None:
    """Record, index and queue entry, in one round trip."""
    pipe = client.pipeline()
    pipe.hset(keys.JOB("default", job_id), mapping=record)
    pipe.zadd(keys.JOBS("default"), {job_id: 1})
    pipe.lpush("bench:queue", job_id)
    pipe.execute()


def _pairs(flat: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(flat[::2], flat[1::2], strict=True))


def application() -> Flask:
    """Kritiq's own application over a store that only writes records."""
    settings = load_settings()
    client = connect(settings)
    return create_app(settings, StoreOnly(client), RedisHub(client, most=settings.max_waiting))


def floor() -> Flask:
    """Flask, pydantic and the three commands."""
    app, client = Flask("floor", static_folder=None), connect(load_settings())
    # The server asks an application whom it knows, before it calls it.
    app.extensions["kritiq"] = application().extensions["kritiq"]

    @app.post("/v1/jobs")
    def submit() -> Response:
        asked = JobBody.model_validate(orjson.loads(request.get_data()))
        job_id = new_id()
        write(client, job_id, {"status": "queued", "text": asked.text, "priority": asked.priority})
        return Response(orjson.dumps({"id": job_id, "status": "queued"}), 202, content_type="application/json")

    @app.get("/livez")
    def livez() -> Response:
        return Response("{}", content_type="application/json")

    return app


class _Server(Server):
    def load(self) -> Any:
        return floor() if "floor" in sys.argv[1:] else application()


if __name__ == "__main__":
    _Server(load_settings()).run()

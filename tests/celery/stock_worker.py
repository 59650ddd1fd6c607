"""`python -m tests.celery.stock_worker NAME`: an ordinary Celery worker whose plain task is the one that we promise."""

import os
import sys
from typing import Any

from celery import Celery

from tests.celery.user_worker import SETTINGS
from tests.celery.work import patient_client, result_of, work


def create_app(url: str) -> Celery:
    """The application of the worker."""
    app = Celery("stock", broker=url, backend=url, set_as_current=False)
    app.conf.update(SETTINGS)
    client = patient_client(url)

    @app.task(name="kritiq.analyze")  # type: ignore[untyped-decorator]
    def analyze(
        text: str,
        language: str = "auto",
        include_none: bool = False,
        restaurant: str | None = None,
        reviewed_at: str | None = None,
        metadata: dict[str, Any] | None = None,
        priority: str | None = None,
        ttl: float | None = None,
        external_author: str | None = None,
        evidence: bool = False,
        model: str | None = None,
    ) -> dict[str, Any]:
        if not isinstance(text, str):
            raise TypeError(f"text must be a string, not {type(text).__name__}")
        if not text.strip():
            raise ValueError("text is empty")
        if not isinstance(include_none, bool):
            raise TypeError(f"include_none must be true or false, not {type(include_none).__name__}")
        if priority not in (None, "high", "normal", "bulk"):
            raise ValueError(f"priority {priority!r} is none of high, normal, bulk")
        work(client, text)
        return result_of(text, language=language, include_none=include_none)

    return app


if __name__ == "__main__":
    options = ["--pool", "prefork", "-c", "1", "-E", "--without-gossip", "--without-mingle", "-l", "INFO"]
    create_app(os.environ["CONFORMANCE_REDIS"]).worker_main(["worker", *options, "-n", sys.argv[1]])

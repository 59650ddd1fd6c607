"""A service of batches in memory, as far as `kritiq batch` asks for it."""

import json
from typing import Any

import httpx

from tests.unit.client.shells import answer, problem


class BatchService:
    """Judges at once. `full` makes the next submissions answer 503; `forget` loses all batches."""

    def __init__(self) -> None:
        self.batches: dict[str, list[dict[str, Any]]] = {}
        self.keys: dict[str, str] = {}
        self.full = 0
        self.submitted = 0
        #: Every review that was submitted.
        self.reviews = list[dict[str, Any]]()
        #: What was asked of all reviews of each batch.
        self.options = list[dict[str, Any]]()

    @property
    def texts(self) -> list[str]:
        """Every text that was submitted."""
        return [review["text"] for review in self.reviews]

    def forget(self) -> None:
        for name in self.batches:
            self.batches[name] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        parts = request.url.path.split("/")
        if request.method == "POST":
            if self.full:
                self.full -= 1
                return problem(503, "queue-full", retry_after="1")
            name = self.keys.setdefault(request.headers["idempotency-key"], f"batch_{len(self.keys)}")
            if name not in self.batches:
                self.submitted += 1
                given = rows(request)
                self.reviews += [row for row in given if isinstance(row, dict)]
                if request.headers["content-type"] == "application/json":
                    self.options.append(json.loads(request.content))
                self.batches[name] = [self._judged(*item) for item in enumerate(given, 1)]
        else:
            name = parts[3]
        lines = self.batches.get(name)
        if not lines:
            return problem(410, "gone")
        if parts[-1] == "results":
            after = int(request.url.params["after"])
            return httpx.Response(200, content=iter_lines(lines[after:]))
        counts = dict.fromkeys(("waiting", "succeeded", "failed", "canceled", "expired"), 0) | {"total": len(lines)}
        batch = {"id": name, "status": "running", "version": 1, "counts": counts, "created_at": "2026-11-14T09:30:00Z"}
        return answer(200 if request.method == "GET" else 202, batch)

    def _judged(self, number: int, row: Any) -> dict[str, Any]:
        good = isinstance(row, dict) and bool(row["text"])
        line: dict[str, Any] = {"line": number, "custom_id": row.get("custom_id") if good else None}
        if good:
            return line | {"status": "succeeded", "result": {"language": "de", "sentences": []}, "error": None}
        return line | {"status": "failed", "result": None, "error": {"code": "invalid_line", "message": "No."}}


def rows(request: httpx.Request) -> list[Any]:
    """The reviews of a submission; None for a line that is not JSON."""
    if request.headers["content-type"] == "application/json":
        found: list[Any] = json.loads(request.content)["reviews"]
        return found
    return [_value(line) for line in request.content.splitlines()]


def _value(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def iter_lines(lines: list[dict[str, Any]]) -> Any:
    """A body that is streamed line by line."""
    return (json.dumps(line).encode() + b"\n" for line in lines)

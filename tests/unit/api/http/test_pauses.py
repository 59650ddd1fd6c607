"""An answer that is made later is finished once, in the context of its request, whether anybody still waits or not."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Response, g, request
from werkzeug.test import EnvironBuilder

from api.http.application import Application
from api.http.pauses import PAUSES, Deferred, Pause, Signal


class Waits:
    """An application with one view that waits, and what became of its requests."""

    def __init__(self) -> None:
        self.signal, self.ready, self.held = Signal(), False, ExitStack()
        self.let_go: list[bool] = []
        self.finished: list[tuple[int, str]] = []
        self.held.callback(lambda: self.let_go.append(True))
        self.app = Application("test")
        self.body = b""
        self.app.add_url_rule("/", view_func=self._view, methods=["GET", "POST"])
        self.app.before_request(lambda: setattr(g, "whose", "acme"))
        self.app.after_request(self._finished)

    def _view(self) -> Deferred:
        self.body = request.get_data()
        return Deferred(self.signal, 30.0, self.look, self.held)

    def look(self, last: bool) -> Response | None:
        return Response("now") if self.ready or last else None

    def _finished(self, response: Response) -> Response:
        self.finished.append((response.status_code, g.whose))
        return response

    def asked(self, body: bytes = b"") -> Any:
        """The parts of the answer, as a server that understands pauses gets them."""
        environ = EnvironBuilder(method="POST" if body else "GET", data=body).get_environ() | {PAUSES: True}
        return self.app(environ, lambda status, headers, error=None: lambda data: None)


@pytest.fixture
def waits() -> Waits:
    return Waits()


def test_it_pauses_until_there_is_an_answer_and_is_finished_then(waits: Waits) -> None:
    parts = waits.asked()
    assert isinstance(next(parts), Pause)
    assert isinstance(next(parts), Pause), "woken for nothing"
    assert waits.finished == []
    waits.ready = True
    assert b"".join(parts) == b"now"
    assert (waits.finished, waits.let_go) == ([(200, "acme")], [True])


def test_while_it_pauses_what_was_sent_is_not_kept(waits: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands may wait, each of whom has sent up to a megabyte."""
    monkeypatch.setattr(waits, "look", lambda last: Response(str(len(request.get_data()))))
    parts = waits.asked(b"x" * 1000)
    next(parts)
    assert (len(waits.body), b"".join(parts)) == (1000, b"0")


def test_who_leaves_is_noted_as_if_answered_then(waits: Waits) -> None:
    """What it asked for was done: logs, metrics and the audit log tell of it."""
    parts = waits.asked()
    next(parts)
    parts.close()
    assert (waits.finished, waits.let_go) == ([(200, "acme")], [True])


@pytest.mark.parametrize("leave", [True, False])
def test_what_goes_wrong_meanwhile_is_its_answer(waits: Waits, monkeypatch: pytest.MonkeyPatch, leave: bool) -> None:
    def broken(last: bool) -> Response | None:
        raise ValueError("nobody has thought of this")

    monkeypatch.setattr(waits, "look", broken)
    parts = waits.asked()
    next(parts)
    end: Callable[[], object] = parts.close if leave else lambda: list(parts)
    end()
    assert (waits.finished, waits.let_go) == ([(500, "acme")], [True])


def test_a_server_that_knows_no_pauses_waits_with_its_thread(waits: Waits) -> None:
    waits.ready = True
    waits.signal.set()
    assert waits.app.test_client().get("/").text == "now"
    assert (waits.finished, waits.let_go) == ([(200, "acme")], [True])

"""What the application leaves out of Flask's own way, and why it may."""

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app


def test_no_view_and_no_hook_is_a_coroutine_which_the_application_would_not_await(client: FlaskClient) -> None:
    app = client.application
    hooks: list[dict[Any, list[Any]]] = [app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs]
    called: list[Callable[..., Any]] = [
        *app.view_functions.values(),
        *(hook for kind in hooks for each in kind.values() for hook in each),
        *(
            handler
            for of_blueprint in app.error_handler_spec.values()
            for of_code in of_blueprint.values()
            for handler in of_code.values()
        ),
    ]  # fmt: skip
    assert len(called) > 50
    assert [each for each in called if iscoroutinefunction(each)] == []


def test_a_post_whose_route_is_known_is_refused_for_its_host_or_its_path_as_the_first_one(
    client: FlaskClient,
) -> None:
    asked: list[dict[str, Any]] = [
        {"path": "/v1/jobs", "headers": {"Host": "a b"}},
        {"path": "/v1/jobs", "headers": {"Connection": "Upgrade", "Upgrade": "websocket"}},
        {"path": "//v1/jobs"},
        {"path": "/v1/jobs/"},
        {"path": "/v1/jobs", "method": "OPTIONS"},
    ]

    def answers() -> list[tuple[int, str | None, bytes]]:
        found = [client.open(**({"method": "POST", "json": {"text": "Gut."}} | each)) for each in asked]
        return [(each.status_code, each.headers.get("Location"), each.data) for each in found]

    first = answers()
    assert client.post("/v1/jobs", json={"text": "Gut."}).status_code == 202
    assert client.post("/v1/jobs", json={"text": "Gut."}).status_code == 202
    assert answers() == first


def test_who_names_no_host_is_served_again_and_again(client: FlaskClient) -> None:
    """As a client of HTTP/1.0 does: it means the address that the server listens on."""
    for _ in range(3):
        environ = EnvironBuilder(path="/v1/jobs", method="POST", json={"text": "Gut."}).get_environ()
        del environ["HTTP_HOST"]
        environ["SERVER_PROTOCOL"] = "HTTP/1.0"
        assert run_wsgi_app(client.application, environ, buffered=True)[1] == "202 ACCEPTED"

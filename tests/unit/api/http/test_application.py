"""What the application leaves out of Flask's own way, and why it may."""

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

from flask.testing import FlaskClient


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

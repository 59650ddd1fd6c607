"""Errors as RFC 9457 problem details."""

import sqlite3
from http import HTTPStatus

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException


def problem(status: int, detail: str) -> Response:
    """An `application/problem+json` answer."""
    answer = jsonify(type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=detail)
    answer.status_code = status
    answer.content_type = "application/problem+json"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "5"
    return answer


def handle_problems(app: Flask) -> None:
    """Answer every error as a problem, without a word about the inside."""

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        answer = problem(error.code or 500, error.description or error.name)
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                answer.headers[name] = value
        return answer

    @app.errorhandler(sqlite3.Error)
    def storage(error: sqlite3.Error) -> Response:
        # 503, so that Kritiq keeps the delivery and tries again.
        app.logger.error("database is not available", extra={"error": str(error)})
        return problem(503, "The database is not available.")

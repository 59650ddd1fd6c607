"""`/` and `/docs`: the interactive documentation, served from this process with no outside host."""

from importlib import metadata, resources
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, render_template, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

from api.http.context import context, link
from api.http.explained import explained
from api.http.openapi import document
from api.service import guides
from api.service.change_schemas import ChangesAnswer
from api.webhooks import events

blueprint = Blueprint(
    "docs", __name__, template_folder="templates", static_folder="static", static_url_path="/docs/own"
)

#: The page runs no inline script and loads nothing from elsewhere.
POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"


@blueprint.get("/")
def index() -> BaseResponse:
    """The way to the documentation."""
    return redirect(link("/docs"))


@blueprint.get("/docs")
def docs() -> Response:
    """Swagger UI over `/openapi.json`, and the way to Flower where there is one."""
    page = render_template("docs.html", flower_url=context().settings.flower_url)
    return Response(page, headers={"Content-Security-Policy": POLICY})


@blueprint.get("/docs/ui/<path:name>")
def ui(name: str) -> BaseResponse:
    """Swagger UI's own files, from its package."""
    return send_from_directory(str(resources.files("flask_swagger_ui") / "dist"), name, max_age=86_400)


@blueprint.get("/docs/problems")
def problems() -> Response:
    """What each problem code means."""
    return Response(render_template("problems.html", problems=explained()), headers={"Content-Security-Policy": POLICY})


@blueprint.get("/docs/guides")
@blueprint.get("/docs/guides/<name>")
def guide(name: str | None = None) -> Response:
    """A guide, or which there are."""
    found = guides.written()
    shown = next((guide for guide in found if guide.name == name), None)
    if name is not None and shown is None:
        abort(404)
    page = render_template("guide.html", guides=found, guide=shown, text=guides.rendered(shown) if shown else "")
    return Response(page, headers={"Content-Security-Policy": POLICY})


@blueprint.get("/docs/guides/pictures/<name>")
def picture(name: str) -> BaseResponse:
    """A picture that a guide shows."""
    return send_from_directory(guides.FOLDER / "pictures", name, max_age=86_400)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.1 document."""
    cached: dict[str, Any] | None = current_app.extensions.get("kritiq-openapi")
    if cached is None:
        cached = current_app.extensions["kritiq-openapi"] = document(
            current_app,
            metadata.version("kritiq"),
            webhooks=events.described(),
            models={*events.models(), ChangesAnswer},
        )
    return jsonify(cached)

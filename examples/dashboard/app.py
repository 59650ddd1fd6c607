"""The application: settings in, a Flask app out, with every part built here and handed on."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Flask, Response, render_template, request

from examples.dashboard import correcting, live, webhook
from examples.dashboard.backfill import Backfill
from examples.dashboard.comparison import compare, read_sides
from examples.dashboard.correcting import is_here, may_correct
from examples.dashboard.export import as_csv
from examples.dashboard.first_call import first_call
from examples.dashboard.headers import secure
from examples.dashboard.kritiq import Correct, correct_at, fetch_from, fetch_job_from
from examples.dashboard.live import Signal
from examples.dashboard.login import demand_login
from examples.dashboard.problem import handle_problems
from examples.dashboard.scheme import ASPECTS, NONE, POLARITIES, SIGNS
from examples.dashboard.secret import SecretSource
from examples.dashboard.selection import TRENDS, Selection, read_selection
from examples.dashboard.settings import Settings, load_settings
from examples.dashboard.store import Store
from examples.dashboard.texts import Words
from examples.dashboard.tries import Tries
from examples.dashboard.view import as_json, etag, view


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """The parts that routes share."""

    store: Store
    secret: SecretSource
    signal: Signal
    #: Tells Kritiq a correction; None where nobody said where Kritiq is.
    correct: Correct | None
    has_login: bool


def create_app(settings: Settings | None = None, clock: Callable[[], float] = time.monotonic) -> Flask:
    """Build the dashboard. Without settings they are read from the environment. `clock` times wrong logins."""
    settings = settings or load_settings()
    dashboard = Dashboard(
        store=Store(settings.db), secret=SecretSource(settings.secret, settings.secret_file), signal=Signal(),
        correct=None if settings.api is None else correct_at(settings.api, settings.api_key_file),
        has_login=settings.login is not None,
    )  # fmt: skip
    if settings.api is not None:
        fetches = fetch_from(settings.api, settings.api_key_file), fetch_job_from(settings.api, settings.api_key_file)
        Backfill(dashboard.store, dashboard.signal, *fetches).start()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = webhook.MAX_BODY
    secure(app)
    handle_problems(app)
    if settings.login is not None:
        demand_login(app, settings.login, Tries(clock), proxies=settings.proxies)
    app.register_blueprint(webhook.routes(dashboard))
    app.register_blueprint(live.routes(dashboard))
    app.register_blueprint(correcting.routes(dashboard))
    app.register_blueprint(_pages(dashboard, settings))
    return app


def _pages(dashboard: Dashboard, settings: Settings) -> Blueprint:
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/")
    def page() -> str:
        chosen = _selection()
        words = Words(chosen.lang)
        with dashboard.store.reading() as db:
            shown = view(db, chosen, correctable=may_correct(dashboard))
        return render_template(
            "page.html",
            view=shown,
            chosen=chosen,
            t=words,
            first_call=first_call(settings, words, here=is_here()),
            aspects=ASPECTS,
            polarities=POLARITIES,
            trends=TRENDS,
            signs=SIGNS,
            denied=NONE,
            has_secret=bool(dashboard.secret.verifiers()),
            has_login=dashboard.has_login,
        )

    @blueprint.get("/compare")
    def comparison() -> str:
        sides = read_sides(request.args, request.accept_languages.values(), datetime.now(UTC).date())
        with dashboard.store.reading() as db:
            shown = compare(db, *sides)
        return render_template("compare.html", shown=shown, t=Words(shown.one.lang))

    @blueprint.get("/view.json")
    def data() -> Response:
        chosen = _selection()
        with dashboard.store.reading() as db:
            shown = view(db, chosen, correctable=may_correct(dashboard))
        body = as_json(shown)
        answer = Response(body, mimetype="application/json")
        answer.set_etag(etag(body))
        answer.make_conditional(request)
        return answer

    @blueprint.get("/export.csv")
    def export() -> Response:
        saved = {"Content-Disposition": 'attachment; filename="reviews.csv"'}
        return Response(as_csv(dashboard.store, _selection()), mimetype="text/csv", headers=saved)

    @blueprint.get("/livez")
    def alive() -> dict[str, str]:
        return {"status": "ok"}

    return blueprint


def _selection() -> Selection:
    return read_selection(request.args, request.accept_languages.values())

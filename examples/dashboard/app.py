"""The application: settings in, a Flask app out, with every part built here and handed on."""

from dataclasses import dataclass

from flask import Blueprint, Flask, Response, render_template, request

from examples.dashboard import live, webhook
from examples.dashboard.backfill import Backfill, fetch_from, fetch_job_from
from examples.dashboard.export import as_csv
from examples.dashboard.headers import secure
from examples.dashboard.live import Signal
from examples.dashboard.login import demand_login
from examples.dashboard.problem import handle_problems
from examples.dashboard.scheme import ASPECTS, POLARITIES, SIGNS
from examples.dashboard.secret import SecretSource
from examples.dashboard.selection import TRENDS, Selection, read_selection
from examples.dashboard.settings import Settings, load_settings
from examples.dashboard.store import Store
from examples.dashboard.texts import LANGUAGES, Words
from examples.dashboard.view import as_json, etag, view


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """The parts that routes share."""

    store: Store
    secret: SecretSource
    signal: Signal


def create_app(settings: Settings | None = None) -> Flask:
    """Build the dashboard. Without settings they are read from the environment."""
    settings = settings or load_settings()
    dashboard = Dashboard(
        store=Store(settings.db), secret=SecretSource(settings.secret, settings.secret_file), signal=Signal()
    )
    if settings.api is not None:
        fetches = fetch_from(settings.api, settings.api_key_file), fetch_job_from(settings.api, settings.api_key_file)
        Backfill(dashboard.store, dashboard.signal, *fetches).start()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = webhook.MAX_BODY
    secure(app)
    handle_problems(app)
    if settings.login is not None:
        demand_login(app, settings.login)
    app.register_blueprint(webhook.routes(dashboard))
    app.register_blueprint(live.routes(dashboard))
    app.register_blueprint(_pages(dashboard))
    return app


def _pages(dashboard: Dashboard) -> Blueprint:
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/")
    def page() -> str:
        chosen = _selection()
        with dashboard.store.reading() as db:
            shown = view(db, chosen)
        return render_template(
            "page.html",
            view=shown,
            chosen=chosen,
            t=Words(chosen.lang),
            aspects=ASPECTS,
            polarities=POLARITIES,
            trends=TRENDS,
            signs=SIGNS,
            has_secret=bool(dashboard.secret.verifiers()),
        )

    @blueprint.get("/view.json")
    def data() -> Response:
        chosen = _selection()
        with dashboard.store.reading() as db:
            shown = view(db, chosen)
        answer = Response(as_json(shown), mimetype="application/json")
        answer.set_etag(etag(shown.revision, chosen))
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
    # Not best_match(): for "en-GB, de;q=0.5" it takes the exact but less wanted "de".
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return read_selection(request.args, next((tag for tag in wanted if tag in LANGUAGES), None))

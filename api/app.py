"""The Flask application."""

import atexit
import os
import socket

import redis
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api.audit import routes as audit_routes
from api.batches import listing as batch_listing
from api.batches import routes as batch_routes
from api.console import embed
from api.console import routes as console
from api.feedback import lines as line_feedback
from api.feedback import queue as feedback_queue
from api.feedback import routes as feedback_routes
from api.files import routes as file_routes
from api.http import audit, gate, job_ids, measures, problems, request_log, traces, undeclared
from api.http.application import Application, hardened
from api.http.context import Context
from api.http.eta import EtaEstimator
from api.http.gatekeeper import Gatekeeper
from api.http.hub import Hub, RedisHub
from api.http.link_sessions import LinkSessions
from api.http.rates import RateLimiter
from api.http.recent import Recent
from api.jobs import actions, course, legacy, listing
from api.jobs import routes as job_routes
from api.keys import routes as key_routes
from api.keys import session
from api.models import operations, retrainings, workers
from api.models import routes as model_routes
from api.privacy import routes as privacy_routes
from api.restaurants import routes as restaurant_routes
from api.service import activity, attention, cards, changes, docs, drift, health, metrics, queue
from api.service import usage as usage_routes
from api.webhooks import deliveries, endpoints
from api.webhooks import links as webhook_links
from jobs.history import History, NoHistory
from jobs.settings import Settings, load_settings
from jobs.store import JobStore
from store.activity import ActivityStore
from store.aliases import AliasStore
from store.answers import AnswerStore
from store.api_keys import ApiKeyStore
from store.audit import AuditStore, open_audit
from store.batches import BatchStore
from store.connection import connect
from store.erasures import ErasureStore
from store.feedback import FeedbackStore
from store.files import FileStore
from store.forms import KnownForm
from store.jobs import RedisStore
from store.metrics import MetricsStore
from store.model_cards import CardStore
from store.model_operations import OperationStore
from store.outbox import Outbox
from store.rates import RateStore
from store.reporter import Reporter
from store.retrainings import RetrainingStore
from store.rollouts import RolloutStore
from store.schema import WAITERS_ARE_TOLD
from store.sealing import Sealing
from store.served import Catalogue, ServedStore
from store.sessions import SessionStore
from store.tenants import TenantStore
from store.traffic import TrafficStore
from store.usage import UsageStore
from store.webhook_links import WebhookLinkStore
from store.webhooks import Webhooks, open_webhooks
from telemetry.collector import open_tracer
from telemetry.meter import Meter
from telemetry.traces import Tracer


def create_app(
    settings: Settings,
    store: JobStore,
    hub: Hub,
    batches: BatchStore | None = None,
    webhooks: Webhooks | None = None,
    keys: ApiKeyStore | None = None,
    sessions: SessionStore | None = None,
    numbers: ActivityStore | None = None,
    meter: Meter | None = None,
    audit_log: AuditStore | None = None,
    files: FileStore | None = None,
    feedback: FeedbackStore | None = None,
    usage: UsageStore | None = None,
    limiter: RateLimiter | None = None,
    tracer: Tracer | None = None,
    history: History | None = None,
    links: WebhookLinkStore | None = None,
) -> Flask:
    """The application over its stores and a hub; makes no connection. `meter` counts its requests, `tracer` traces
    them, `history` knows what the stores have forgotten."""
    app = Application("api", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    keys = keys or ApiKeyStore(connect(settings))
    limiter = limiter or open_limiter(settings, keys.client)
    links = links or WebhookLinkStore(keys.client)
    link_sessions = LinkSessions(settings, keys, links)
    keeper = Gatekeeper(settings, keys, sessions or SessionStore(connect(settings)), link_sessions)
    if settings.proxies:
        # The address alone: links begin with KRITIQ_PUBLIC_URL, whatever a proxy says.
        forwarded = {"x_proto": 0, "x_host": 0, "x_port": 0, "x_prefix": 0}
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, **forwarded)  # type: ignore[method-assign]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["kritiq"] = Context(
        settings=settings,
        store=store,
        hub=hub,
        etas=EtaEstimator(store),
        backlog=Recent(store.backlog),
        batches=(batches := batches or BatchStore(connect(settings))),
        erasures=ErasureStore(batches.client),
        files=files or FileStore(connect(settings)),
        feedback=(feedback := feedback or FeedbackStore(connect(settings))),
        answers=AnswerStore(feedback.client),
        cards=CardStore(feedback.client),
        webhooks=webhooks or open_webhooks(settings, connect(settings)),
        keys=keys,
        links=links,
        link_sessions=link_sessions,
        gate=keeper,
        limiter=limiter,
        usage=usage or UsageStore(connect(settings)),
        audit=(audit_log := audit_log or open_audit(settings, connect(settings))),
        metrics=(numbers := numbers or ActivityStore(connect(settings))),
        traffic=TrafficStore(numbers.client),
        outbox=Outbox(numbers.client),
        history=history or NoHistory(),
        catalogue=Catalogue(numbers.client),
        aliases=AliasStore(numbers.client),
        rollouts=RolloutStore(numbers.client),
        operations=OperationStore(numbers.client),
        retrainings=RetrainingStore(numbers.client),
        served=ServedStore(numbers.client),
    )
    traces.register(app, tracer or Tracer())
    measures.register(app, meter or Meter(on=settings.metrics))
    # The first door: what follows is asked of those alone who may come in.
    gate.register(app, keeper, limiter, settings)
    job_ids.register(app)
    problems.register(app)
    for module in (
        job_routes, actions, course, listing, batch_routes, batch_listing, file_routes, feedback_routes,
        line_feedback, feedback_queue, restaurant_routes, endpoints, deliveries, webhook_links, key_routes, session,
        privacy_routes, audit_routes, queue, changes, model_routes, operations, retrainings, workers, activity,
        attention, usage_routes, metrics, drift, cards, legacy, health, docs, console, embed,
    ):  # fmt: skip
        app.register_blueprint(module.blueprint)
    app.after_request(hardened)
    request_log.register(app)
    audit.register(app, audit.AuditWriter(audit_log))
    undeclared.register(app)
    job_ids.hide_chunks(app)
    return app


def open_limiter(settings: Settings, client: redis.Redis) -> RateLimiter:
    """What counts the requests of a process' callers."""
    return RateLimiter(settings, RateStore(client), TenantStore(client))


def _history(settings: Settings, sealing: Sealing) -> History | None:
    """The archive, where one is configured: whoever has none needs no database's packages."""
    if not settings.archive_url.get_secret_value():
        return None
    from archive.history import open_history

    history = open_history(settings, sealing)
    atexit.register(history.close)
    return history


def build() -> Flask:
    """The application as the environment describes it: what a WSGI server calls in each of its processes."""
    settings = load_settings()
    client = connect(settings)
    limiter = open_limiter(settings, client)
    all_tell = KnownForm(MetricsStore(client), WAITERS_ARE_TOLD)
    hub = RedisHub(client, most=settings.max_waiting, own=limiter.open, all_tell=all_tell)
    numbers, meter = ActivityStore(client), Meter(on=settings.metrics)
    name = f"api-{os.getpid()}@{socket.gethostname()}"
    Reporter(numbers, meter, process="api", name=name).start()
    tracer = open_tracer(settings.otlp_endpoint, process="api", name=name)
    atexit.register(tracer.close)
    return create_app(
        settings, RedisStore(client), hub, BatchStore(client), open_webhooks(settings, client), ApiKeyStore(client),
        SessionStore(client), numbers, meter, open_audit(settings, client), FileStore(client),
        FeedbackStore(client), UsageStore(client), limiter, tracer, _history(settings, client.sealing),
    )  # fmt: skip

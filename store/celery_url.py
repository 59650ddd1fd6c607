"""Where Celery finds the Redis of the settings: it spells Sentinels and TLS in a way of its own."""

from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from celery import Celery

from jobs.sentinel import SentinelAddress, sentinel_address
from jobs.settings import Settings
from store.connection import sentinel_login
from store.sentinels import SENTINEL_S


def celery_url(settings: Settings) -> str:
    """What Celery takes as its broker and result backend. See `find_redis`."""
    address = sentinel_address(settings.redis_url)
    if address is None:
        return _checked(settings.redis_url)
    login = ""
    if address.password is not None:
        login = f"{quote(address.username or '', safe='')}:{quote(address.password, safe='')}@"
    return ";".join(f"sentinel://{login}{_host(host)}:{port}/{address.db}" for host, port in address.hosts)


def find_redis(app: Celery, settings: Settings) -> None:
    """Tell an application, after all of its other settings, what its URL does not say of Sentinels."""
    address = sentinel_address(settings.redis_url)
    if address is None:
        return
    # Nothing but values: a worker tells them to whoever inspects it, as JSON.
    # The next one is asked at once, where redis-py would ask each four times, with seconds in between.
    asked: dict[str, Any] = {"socket_timeout": SENTINEL_S, "socket_connect_timeout": SENTINEL_S, "retry": None}
    asked |= sentinel_login(settings)
    if tls := _tls(address):
        asked |= {"ssl": True, **tls}
        app.conf.broker_use_ssl = app.conf.redis_backend_use_ssl = tls
    more = {"master_name": address.service, "sentinel_kwargs": asked}
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **more}
    app.conf.result_backend_transport_options = {**app.conf.result_backend_transport_options, **more}


def _checked(url: str) -> str:
    """A server's URL that asks for a certificate which holds: Celery checks none, or starts not at all, unless told."""
    parts = urlsplit(url)
    if parts.scheme != "rediss" or "ssl_cert_reqs" in dict(parse_qsl(parts.query)):
        return url
    query = f"{parts.query}&ssl_cert_reqs=required" if parts.query else "ssl_cert_reqs=required"
    return parts._replace(query=query).geturl()


def _tls(address: SentinelAddress) -> dict[str, Any]:
    return {"ssl_cert_reqs": "required", "ssl_ca_certs": address.ca_file} if address.tls else {}


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host

"""deploy/proxy/nginx.conf is what nginx reads, reads requests whole, and leads where the ingress leads."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import crossplane
import pytest
import yaml

from api.app import create_app
from tests.support.factories import make_settings
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.unit.deploy.conftest import ROOT

FILE = ROOT / "deploy/proxy/nginx.conf"
Directive = dict[str, Any]
#: Routes of the API that are for whoever runs it, inside.
INSIDE = {"/livez", "/readyz", "/metrics"}


@pytest.fixture(scope="module")
def http() -> list[Directive]:
    """What stands in `http`. Unknown directives, wrong places and wrong counts of arguments are errors."""
    read = crossplane.parse(str(FILE), strict=True, comments=False)
    assert [error["error"] for error in read["errors"]] == []
    (block,) = [one["block"] for one in read["config"][0]["parsed"] if one["directive"] == "http"]
    return list(block)


def arguments(block: list[Directive]) -> dict[str, list[str]]:
    return {one["directive"]: one["args"] for one in block if "block" not in one}


def server(http: list[Directive]) -> list[Directive]:
    (block,) = [one["block"] for one in http if one["directive"] == "server"]
    return list(block)


def test_the_parser_would_see_a_mistake(tmp_path: Path) -> None:
    broken = tmp_path / "nginx.conf"
    broken.write_text(FILE.read_text(encoding="utf-8").replace("proxy_request_buffering", "proxy_request_bufering"))
    (error,) = crossplane.parse(str(broken), strict=True)["errors"]
    assert "proxy_request_bufering" in error["error"]


def test_it_speaks_tls_alone_and_reads_requests_whole(http: list[Directive]) -> None:
    found = arguments(server(http))
    assert found["listen"] == ["8443", "ssl"]
    assert found["ssl_protocols"] == ["TLSv1.2", "TLSv1.3"]
    assert found["proxy_request_buffering"] == ["on"]
    assert found["proxy_buffering"] == ["off"], "server-sent events go out as they come"
    assert found["proxy_next_upstream"] == ["off"], "a POST is sent once"


def test_it_takes_what_the_api_takes_and_as_many_connections_of_an_address(http: list[Directive]) -> None:
    settings, found = make_settings(), arguments(http)
    most = int(found["client_max_body_size"][0].removesuffix("m")) * 1024 * 1024
    assert most >= max(settings.max_file_bytes, settings.max_batch_bytes, settings.max_body_bytes)
    assert found["limit_conn"] == ["address", str(settings.max_address_connections)]


def test_it_leads_where_the_ingress_leads(http: list[Directive]) -> None:
    led = {}
    for one in server(http):
        if one["directive"] == "location":
            led[" ".join(one["args"])] = arguments(one["block"])
    assert led.pop("/") == {"return": ["404"]}
    assert led.pop("= /proxy-alive") == {"return": ["204"]}
    assert all(block == {"proxy_pass": ["$api"]} for block in led.values())
    ingress = yaml.safe_load((ROOT / "deploy/kubernetes/base/ingress.yaml").read_text(encoding="utf-8"))
    paths = ingress["spec"]["rules"][0]["http"]["paths"]
    assert set(led) == {f"= {path['path']}" if path["pathType"] == "Exact" else path["path"] for path in paths}


def test_everything_that_is_not_for_the_inside_is_led_to(http: list[Directive]) -> None:
    store = ModelStore()
    routes = {rule.rule for rule in create_app(make_settings(), store, ModelHub(store)).url_map.iter_rules()} - INSIDE
    led = [one["args"] for one in server(http) if one["directive"] == "location" and one["args"] != ["/"]]
    beginnings = tuple(f"{args[0]}/" for args in led if len(args) == 1)
    exactly = {args[-1] for args in led}
    assert [route for route in sorted(routes) if route not in exactly and not route.startswith(beginnings)] == []


@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx: the parser of its makers stands in")
def test_nginx_itself_reads_it() -> None:
    done = subprocess.run(["nginx", "-t", "-c", str(FILE)], capture_output=True, text=True)
    # The certificate is not here, which it says after it has read everything else.
    assert "syntax is ok" in done.stderr or "cannot load certificate" in done.stderr

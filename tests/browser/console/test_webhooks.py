"""Somebody looks after webhooks, in the console and in a frame of another site."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
from selenium.webdriver.common.by import By

from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.judging import TEXT, judged
from tests.browser.console.reading import press, text, violations
from tests.support.processes import Api

pytestmark = [pytest.mark.integration, pytest.mark.browser]


def test_a_delivery_shows_what_the_receiver_gets(open_view: Callable[[str], Page], api: Api, store: RedisStore) -> None:
    api.http.post("/v1/endpoints", json={"url": "http://127.0.0.1:9/hook", "include_text": True})
    job_id = judged(api, store)
    (delivery,) = api.http.get(f"/v1/deliveries?job={job_id}").json()["deliveries"]
    page = open_view(f"/deliveries/{delivery['id']}")
    page.click("//summary[text()='Anfrage']", by=By.XPATH)
    page.until(lambda: f'"job_id": "{job_id}"' in text(page, "details pre"))
    assert TEXT in text(page, "details pre")
    assert "webhook-signature" in text(page, "details")
    assert violations(page) == []
    api.http.delete(f"/v1/jobs/{job_id}")


class Portal(BaseHTTPRequestHandler):
    """A page of another site that frames what its address names."""

    def do_GET(self) -> None:
        """The page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<iframe src="{unquote(self.path[1:])}" width="1200" height="800"></iframe>'.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def portal() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # Another site than 127.0.0.1.
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def test_a_restaurant_looks_after_its_webhooks_in_a_frame_of_another_site(page: Page, api: Api, portal: str) -> None:
    hook = "http://127.0.0.1:9/hook"
    for name in ("adler", "krone"):
        made = api.http.post("/v1/endpoints", json={"url": hook, "restaurants": [name], "description": f"Kasse {name}"})
        assert made.status_code == 201, made.text
    link = api.http.post("/v1/webhook-links", json={"restaurants": ["adler"], "frame_origins": [portal]}).json()
    page.driver.get(f"{portal}/http%3A//127.0.0.1:{api.port}{link['url'].replace('#', '%23')}")
    page.driver.switch_to.frame(0)
    page.until(lambda: "Kasse adler" in text(page))
    assert "Kasse krone" not in text(page)
    press(page, "Neuer Endpunkt")
    page.until(lambda: page.driver.find_elements(By.NAME, "url"))
    assert not page.driver.find_elements(By.NAME, "include_text")
    page.type("[name=url]", hook)
    press(page, "Anlegen", "dialog")
    # This frame may not write to the clipboard.
    press(page, "Kopieren")
    page.until(lambda: "Der Text ist markiert" in text(page))
    assert page.run("return document.activeElement.value") == page.run(
        "return document.querySelector('code').innerText"
    )
    assert page.run("return getSelection().toString()").startswith("whsec_")
    page.click("Kasse adler", By.LINK_TEXT)
    press(page, "Testen")
    page.until(lambda: "endpoint.ping" in text(page))
    page.click("endpoint.ping", By.LINK_TEXT)
    page.click("//summary[text()='Anfrage']", by=By.XPATH)
    page.until(lambda: '"type": "endpoint.ping"' in text(page, "details pre"))
    assert page.run("return location.hash + document.cookie") == ""
    assert violations(page) == []
    assert api.http.delete(f"/v1/webhook-links/{link['id']}").status_code == 204
    page.until(lambda: "Diese Ansicht ist zu Ende" in text(page))
    page.driver.switch_to.default_content()
    page.driver.get(f"http://127.0.0.1:{api.port}{link['url']}")
    page.until(lambda: "Dieser Link öffnet nichts mehr" in text(page))
    assert violations(page) == []

"""Somebody makes an endpoint, changes it, and has sent again what did not arrive; the test delivers."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from standardwebhooks import Webhook

from tests.browser.conftest import Page
from tests.browser.console.reading import press, text
from tests.browser.console.receiving import Message, missing, received
from tests.support.post import TENANT, Post
from tests.support.processes import Api
from tests.support.receiver_stub import ReceiverStub, Sent
from webhooks.secret import Secret

pytestmark = [pytest.mark.integration, pytest.mark.browser, pytest.mark.timeout(300)]

HOOK = "http://127.0.0.1:9/hook"


def added(api: Api, **more: Any) -> Any:
    """A new endpoint, as the API answers it."""
    answer = api.http.post("/v1/endpoints", json={"url": HOOK} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def endpoint(api: Api, endpoint_id: str) -> Any:
    return api.http.get(f"/v1/endpoints/{endpoint_id}").json()


def deliveries(api: Api, endpoint_id: str) -> dict[str, Any]:
    """Those to it by their id, as the API tells them."""
    found = api.http.get(f"/v1/endpoints/{endpoint_id}/deliveries").json()["deliveries"]
    return {each["id"]: api.http.get(f"/v1/deliveries/{each['id']}").json() for each in found}


def fill(page: Page, name: str, value: str) -> None:
    """Have another text in a field of the dialog."""
    page.run("document.querySelector(`dialog [name=${arguments[0]}]`).value = ''", name)
    page.type(f"dialog [name={name}]", value)


def opens(secret: str, sent: Sent) -> bool:
    Webhook(secret).verify(sent.body, dict(sent.headers))
    return True


def test_an_endpoint_is_made_as_it_was_asked_for(
    open_view: Callable[[str], Page], api: Api, post: Post, receiver: ReceiverStub
) -> None:
    page = open_view("/webhooks")
    press(page, "Neuer Endpunkt")
    fill(page, "url", f"{HOOK}/made")
    fill(page, "description", "Kasse")
    for name in ("batch.lines", "job.failed"):
        page.click(f"dialog input[value='{name}']")
    fill(page, "lines_per_event", "3")
    fill(page, "restaurants", "made, elsewhere")
    page.click("dialog [name=include_text]")
    press(page, "Anlegen", within="dialog")
    page.until(lambda: "whsec_" in text(page, ".good code"))
    secret = text(page, ".good .row code")
    (made,) = [each for each in api.http.get("/v1/endpoints").json()["endpoints"] if each["description"] == "Kasse"]
    assert (made["url"], made["restaurants"]) == (f"{HOOK}/made", ["made", "elsewhere"])
    assert (made["include_text"], made["signature"]) == (True, "hmac")
    assert "batch.lines" in made["events"]
    assert (made["lines_per_event"], made["progress_lines"]) == (3, 1000)
    assert not {"job.failed", "batch.progress"} & set(made["events"])
    # What is shown once is what signs.
    post.end_job(restaurant="made")
    post.turn()
    (sent,) = [each for each in receiver.sent if each.url == made["url"]]
    assert opens(secret, sent)
    page.click("Kasse", By.LINK_TEXT)
    page.until(lambda: "job.succeeded" in text(page, "tbody"))
    assert page.driver.current_url.endswith(f"/webhooks/{made['id']}")


def test_an_endpoint_is_changed_and_what_waits_goes_to_its_new_address(
    open_view: Callable[[str], Page], api: Api, post: Post, receiver: ReceiverStub
) -> None:
    made = added(api, restaurants=["changed"], description="alt")
    post.end_job(restaurant="changed")
    page = open_view(f"/webhooks/{made['id']}")
    press(page, "Bearbeiten")
    page.until(lambda: page.run("return document.querySelector('dialog [name=restaurants]').value") == "changed")
    fill(page, "url", f"{HOOK}/new")
    fill(page, "description", "neu")
    page.click("dialog input[value='job.deleted']")
    press(page, "Speichern", within="dialog")
    page.until(lambda: text(page, "h1") == "neu")
    now = endpoint(api, made["id"])
    assert (now["url"], now["description"], now["restaurants"]) == (f"{HOOK}/new", "neu", ["changed"])
    assert set(made["events"]) - set(now["events"]) == {"job.deleted"}
    post.turn()
    assert [each.url for each in receiver.sent if each.url.startswith(HOOK)] == [f"{HOOK}/new"]


def test_beside_a_renewed_secret_the_old_one_goes_on_signing(
    open_view: Callable[[str], Page], api: Api, post: Post, receiver: ReceiverStub
) -> None:
    made = added(api, restaurants=["renewed"])
    page = open_view(f"/webhooks/{made['id']}")
    press(page, "Erneuern")
    press(page, "Erneuern", within="dialog")
    page.until(lambda: "whsec_" in text(page, ".good code"))
    new = text(page, ".good .row code")
    assert new != made["secret"]
    post.end_job(restaurant="renewed")
    post.turn()
    sent = receiver.sent[-1]
    assert opens(new, sent)
    assert opens(made["secret"], sent)


def test_what_an_endpoint_missed_while_it_was_off_is_sent_when_it_is_asked_for(
    open_view: Callable[[str], Page], api: Api, post: Post, receiver: ReceiverStub
) -> None:
    made = added(api, restaurants=["missed"])
    page = open_view(f"/webhooks/{made['id']}")
    press(page, "Abschalten")
    press(page, "Abschalten", within="dialog")
    page.until(lambda: "von Ihnen abgeschaltet" in text(page))
    now = endpoint(api, made["id"])
    assert (now["enabled"], now["disabled_reason"]) == (False, "owner")
    assert page.run("return document.evaluate(\"//button[text()='Testen']\", document).iterateNext().disabled")
    job_id = post.end_job(restaurant="missed")
    post.turn()
    press(page, "Einschalten")
    page.until(lambda: "von Ihnen abgeschaltet" not in text(page))
    assert endpoint(api, made["id"])["enabled"]
    assert receiver.sent == []
    press(page, "Nachsenden")
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "dialog [name=since]"))
    # In the order in which this browser's region writes days, nobody knows which keys to press.
    page.run("document.querySelector('dialog [name=since]').value = '2026-01-01T00:00'")
    press(page, "Nachsenden", within="dialog")
    page.until(lambda: "Ein Ereignis wird nachgesendet." in text(page))
    post.turn()
    (told,) = deliveries(api, made["id"]).values()
    assert (told["subject"], told["status"], told["log"][-1]["trigger"]) == (job_id, "succeeded", "recover")
    assert [each.event["data"]["job_id"] for each in receiver.sent] == [job_id]


def test_an_endpoint_is_tried_and_deleted(
    open_view: Callable[[str], Page], api: Api, post: Post, receiver: ReceiverStub
) -> None:
    made = added(api)
    receiver.says, receiver.body = 418, "I'm a teapot"
    page = open_view(f"/webhooks/{made['id']}")
    press(page, "Testen")
    page.until(lambda: "endpoint.ping" in text(page, "tbody"))
    post.turn()
    (ping,) = deliveries(api, made["id"]).values()
    assert (ping["type"], ping["log"][0]["status"]) == ("endpoint.ping", 418)
    page.click("endpoint.ping", By.LINK_TEXT)
    page.until(lambda: "I'm a teapot" in text(page, ".course"))
    page = open_view(f"/webhooks/{made['id']}")
    press(page, "Löschen")
    press(page, "Löschen", within="dialog")
    page.until(lambda: text(page, "h1") == "Webhooks")
    assert api.http.get(f"/v1/endpoints/{made['id']}").status_code == 404


def test_deliveries_are_sent_again_one_by_one_and_as_a_selection(
    open_view: Callable[[str], Page], api: Api, post: Post, receiver: ReceiverStub
) -> None:
    made = added(api, restaurants=["again"])
    for _ in range(3):
        post.end_job(restaurant="again")
    post.turn()
    first, second, third = deliveries(api, made["id"])
    page = open_view(f"/deliveries/{first}")
    page.until(lambda: "erfolgreich" in text(page, ".pill"))
    receiver.sent.clear()
    press(page, "Erneut senden")
    page.until(lambda: post.turn() and receiver.sent)
    page.until(lambda: "von Hand" in text(page, ".course"))
    page = open_view(f"/webhooks/{made['id']}")
    for delivery_id in (second, third):
        page.click(f"input[aria-label='{delivery_id} auswählen']")
    page.until(lambda: "2 ausgewählt" in text(page))
    press(page, "Erneut senden")
    page.until(lambda: "Für 2 erledigt." in text(page))
    post.turn()
    assert sorted(each.id for each in receiver.sent) == sorted([first, second, third])
    triggers = [[attempt["trigger"] for attempt in each["log"]] for each in deliveries(api, made["id"]).values()]
    assert triggers == [["schedule", "replay"]] * 3


@pytest.mark.parametrize("signature", ["hmac", "ed25519"])
def test_the_code_that_verifies_takes_what_is_signed_and_nothing_else(
    open_view: Callable[[str], Page], api: Api, post: Post, receiver: ReceiverStub, tmp_path: Path, signature: str
) -> None:
    made = added(api, restaurants=[signature], signature=signature)
    keys = {"KRITIQ_WEBHOOK_SECRET": made["secret"] or "", "KRITIQ_WEBHOOK_KEY": "".join(made["public_keys"])}
    post.end_job(restaurant=signature)
    post.turn()
    (sent,) = receiver.sent
    page = open_view(f"/webhooks/{made['id']}")
    page.click("//summary[text()='Wie der Empfänger prüft']", By.XPATH)
    codes = {language: shown_code(page, language) for language in languages(page)}
    run = [language for language in codes if not missing(language)]
    (secret,) = post.cipher.signers(post.endpoints.get(TENANT, made["id"]).secrets, 0)
    for language in run:
        # Signed when it is received, however long the other languages took.
        told = received(language, codes[language], keys, signed_again(secret, sent), tmp_path)
        assert told is not None, f"{language} refuses what is genuine"
        assert "job.succeeded" in told
        forged = signed_again(secret, sent)
        forged = replace(forged, body=forged.body.replace(b"succeeded", b"failed"))
        for other in (forged, signed_again(secret, sent, ago_s=400)):
            assert received(language, codes[language], keys, other, tmp_path) is None, language
    if len(run) < len(codes):
        pytest.skip(f"not on this machine: {', '.join(set(codes) - set(run))}")


def languages(page: Page) -> list[str]:
    """Those in which the code is shown."""
    return list(page.run("return [...document.querySelectorAll('details .tabs button')].map(each => each.textContent)"))


def shown_code(page: Page, language: str) -> str:
    press(page, language, "details")
    page.until(lambda: page.read("details [aria-pressed=true]") == language)
    return str(page.run("return document.querySelector('details pre code').textContent"))


def signed_again(secret: Secret, sent: Sent, ago_s: int = 0) -> Message:
    """What was sent, as if that had been just now, or some time ago."""
    then = str(int(time.time()) - ago_s)
    signature = secret.sign(f"{sent.id}.{then}.".encode() + sent.body)
    headers = {**sent.headers, "webhook-timestamp": then, "webhook-signature": signature}
    return Message(body=sent.body, headers=headers)

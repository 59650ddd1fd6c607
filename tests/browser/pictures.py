"""The pictures of the documentation, one of each view of the console, taken of a Kritiq that runs.

python -m tests.browser.pictures http://127.0.0.1:5000 .data/development.key [NAME…]

Views of one thing show the newest there is: submit some reviews, a batch, and let the example dashboard hear of them.
"""

import json
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import FLAGS, PATIENCE_S
from tests.support.forked import ROOT

#: Picture -> the view of it; `{job}` and the like stand for the newest one.
VIEWS = {
    "overview": "/",
    "try": "/try",
    "jobs": "/jobs",
    "job": "/jobs/{job}",
    "batches": "/batches",
    "upload": "/batches/new",
    "batch": "/batches/{batch}",
    "webhooks": "/webhooks",
    "endpoint": "/webhooks/{endpoint}",
    "delivery": "/deliveries/{delivery}",
    "restaurants": "/restaurants",
    "restaurant": "/restaurants/krone?with=adler",
    "label": "/label",
    "models": "/models",
    "keys": "/keys",
    "usage": "/usage",
    "audit": "/audit",
}
#: What `{name}` stands for: the list whose first entry it is, and the list's name in the answer.
NEWEST = {
    "job": ("/v1/jobs?status=succeeded&page_size=1", "jobs"),
    "batch": ("/v1/batches?page_size=1", "batches"),
    "endpoint": ("/v1/endpoints", "endpoints"),
    "delivery": ("/v1/deliveries?status=succeeded&page_size=1", "deliveries"),
}
#: The picture of what a link to the webhooks of this restaurant opens.
LINKED, RESTAURANT = "linked", "adler"
WIDTH, HEIGHT = 1200, 860
#: How long nothing changes on a page that has all that it asked for, in seconds.
STILL_S = 1.0


#: A file to upload, and a review to try.
FILE = """Datum;Filiale;Bewertung
01.11.2026;krone;Das Essen war super, aber der Service war langsam.
02.11.2026;krone;Gemütlich ist es und die Preise sind fair.
03.11.2026;adler;Nie wieder: kalt, laut und teuer.
"""
REVIEW = "Das Essen war super, aber der Service war langsam. Die Terrasse ist wunderschön, nur der Wein war zu teuer."


def try_it(driver: webdriver.Chrome) -> None:
    """Have the review judged."""
    driver.find_element(By.NAME, "text").send_keys(REVIEW)
    driver.find_element(By.CSS_SELECTOR, "main form .first").click()
    WebDriverWait(driver, PATIENCE_S).until(lambda _: driver.find_elements(By.CSS_SELECTOR, ".sentences mark"))


def choose_file(driver: webdriver.Chrome) -> None:
    """Have the file read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bewertungen.csv"
        path.write_text(FILE, encoding="utf-8")
        driver.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(path))
        WebDriverWait(driver, PATIENCE_S).until(lambda _: driver.find_elements(By.CSS_SELECTOR, "main td"))


#: What is done in a view before its picture is taken.
DONE_IN: Mapping[str, Callable[[webdriver.Chrome], None]] = {"try": try_it, "upload": choose_file}


def asked(address: str, key: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the API answers; to a POST, where there is a `body`."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(address + path, data, headers), timeout=PATIENCE_S) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def newest(address: str, key: str, views: Iterable[str]) -> dict[str, str]:
    """The id of the newest one of each kind that these views are about."""
    wanted = {name: where for name, where in NEWEST.items() if any(f"{{{name}}}" in view for view in views)}
    return {name: str(asked(address, key, path)[member][0]["id"]) for name, (path, member) in wanted.items()}


def _still(driver: webdriver.Chrome, seen: list[str]) -> bool:
    """Whether the page says what it said when it was last looked at."""
    seen.append(str(driver.execute_script("return document.body.innerText")))
    return seen[-1] == seen[-2] and not driver.find_elements(By.CSS_SELECTOR, ".waiting")


def take(address: str, key: str, folder: Path, names: Sequence[str] = ()) -> None:
    """A picture of each view, in `folder`; only those that are named, if any are."""
    views = {name: view for name, view in VIEWS.items() if not names or name in names}
    ids = newest(address, key, views.values())
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--window-size={WIDTH},{HEIGHT}"):
        options.add_argument(flag)
    with webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"))) as driver:
        wait = WebDriverWait(driver, PATIENCE_S)
        driver.get(f"{address}/console/")
        field = wait.until(lambda _: driver.find_element(By.CSS_SELECTOR, "input[type=password]"))
        field.send_keys(key, Keys.ENTER)
        wait.until(lambda _: driver.find_elements(By.CSS_SELECTOR, "nav a"))
        pages = {name: f"{address}/console{view.format_map(ids)}" for name, view in views.items()}
        if not names or LINKED in names:
            link = asked(address, key, "/v1/webhook-links", {"restaurants": [RESTAURANT]})
            pages[LINKED] = urljoin(address, link["url"])
        for name, page in pages.items():
            driver.get(page)
            wait.until(lambda _: driver.find_elements(By.CSS_SELECTOR, "main .card"))
            if name in DONE_IN:
                DONE_IN[name](driver)
            # A view shows that it waits only when that takes long: it has all once nothing has changed for a while.
            seen = [""]
            WebDriverWait(driver, PATIENCE_S, poll_frequency=STILL_S).until(lambda _, seen=seen: _still(driver, seen))
            driver.save_screenshot(str(folder / f"{name}.png"))


if __name__ == "__main__":
    take(sys.argv[1], Path(sys.argv[2]).read_text().strip(), ROOT / "docs" / "pictures", sys.argv[3:])

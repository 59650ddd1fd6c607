"""A real dashboard in a process of its own, and a headless Chromium that looks at it."""

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TypeVar

import pytest
from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.support.processes import Process
from tests.unit.dashboard.factories import SECRET, signed

T = TypeVar("T")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",  # containers have a small one
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    # One process for all pages that a test opens, none in advance, and none for what was left: a quarter of the work.
    "--process-per-site",
    "--disable-features=BackForwardCache,ProactivelySwapBrowsingInstance,SpareRendererForSitePerProcess",
    "--window-size=1360,1000",
    "--accept-lang=de",
)

#: How long anything may take to appear, in seconds. Nothing waits this long unless it is broken.
PATIENCE_S = 20
#: What is said of an element that is drawn anew, not open yet, or behind what just moves away.
NOT_YET = [StaleElementReferenceException, ElementNotInteractableException, ElementClickInterceptedException]


@dataclass
class Server:
    """The dashboard in its process; it can be killed and started again on the same port and data."""

    db: Path
    port: int = 0
    process: Process | None = field(default=None)
    #: Variables of its own.
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start it and wait until it listens, as its own log tells."""
        env = {
            "KRITIQ_DASHBOARD_PORT": str(self.port),
            "KRITIQ_DASHBOARD_DB": str(self.db),
            "KRITIQ_DASHBOARD_SECRET": SECRET,
            **self.environment,
        }
        process = self.process = Process(env=env, module="examples.dashboard")
        listening = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
        found = process.wait_until(lambda: listening.search(process.log), "the dashboard listens")
        self.port = int(found[1])

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, workers included."""
        if self.process is not None:
            self.process.stop(how, within_s=PATIENCE_S)
            self.process.close()
            self.process = None

    def deliver(self, event: dict[str, Any], webhook_id: str | None = None, status: int = 204) -> None:
        """Sign an event and post it."""
        body, headers = signed(event, webhook_id)
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request("POST", "/webhooks/kritiq", body, headers)
        assert connection.getresponse().status == status
        connection.close()

    def url(self, query: str = "") -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self.port}/{query}"


@dataclass
class Page:
    """What a test looks at, in the words of the page."""

    driver: webdriver.Chrome

    def open(self, url: str, *, live: bool = True) -> None:
        """Load the page and leave a mark in it that a reload would wipe out."""
        self.driver.get(url)
        self.driver.execute_script("window.sameDocument = true")
        if live:
            self.until(lambda: self.state == "live")

    def until(self, condition: Callable[[], Any]) -> None:
        """Wait for something to become true, also while the page draws anew what it is asked about, and until what is
        there can be seen: a dialog stands in the page before it is opened."""
        wait = WebDriverWait(self.driver, PATIENCE_S, poll_frequency=0.05, ignored_exceptions=NOT_YET)
        wait.until(lambda _: condition())

    def on(self, selector: str, act: Callable[[WebElement], T], by: str = By.CSS_SELECTOR) -> T:
        """Do something with the first element there as soon as there is one.

        Found again when the page draws it anew in between, so no test keeps an element of a page that lives.
        """
        done: list[T] = []
        self.until(lambda: done.append(act(self.driver.find_element(by, selector))) or done)
        return done[0]

    def click(self, selector: str, by: str = By.CSS_SELECTOR) -> None:
        """Click the first element there."""
        self.on(selector, WebElement.click, by)

    def type(self, selector: str, *keys: str) -> None:
        """Type into the first element there."""
        self.on(selector, lambda element: element.send_keys(*keys))

    def read(self, selector: str) -> str:
        """What a person reads in the first element there."""
        return self.on(selector, lambda element: element.text)

    def select(self, selector: str, label: str, by: str = By.CSS_SELECTOR) -> None:
        """Choose from the first list there by what a person reads."""
        self.on(selector, lambda element: Select(element).select_by_visible_text(label), by)

    def download(self, folder: Path, name: str, act: Callable[[], None]) -> Path:
        """The file of that name that the browser keeps in `folder` when something is done."""
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
        act()
        # It has the name, and nothing in it, before it has its content.
        self.until(lambda: (folder / name).exists() and (folder / name).stat().st_size)
        return folder / name

    def run(self, script: str, *arguments: Any) -> Any:
        """Run JavaScript in the page."""
        return self.driver.execute_script(script, *arguments)

    @property
    def same_document(self) -> bool:
        """Whether the page was never reloaded."""
        return self.run("return window.sameDocument === true") is True

    @property
    def state(self) -> Any:
        """The state of the connection."""
        return self.run("return document.getElementById('connection').dataset.state")

    @property
    def sentences(self) -> list[str]:
        """The sentences on the page, from above."""
        return list(self.run("return [...document.querySelectorAll('.sentence')].map(each => each.textContent)"))

    @property
    def bars(self) -> dict[str, list[int]]:
        """Aspect to the counts of positive, neutral, conflict, negative, for those that have any."""
        found = self.run(
            "return Object.fromEntries([...document.querySelectorAll('tr[data-aspect]')].map(row =>"
            " [row.dataset.aspect, [...row.querySelectorAll('td b')].map(each => Number(each.textContent))]))"
        )
        return {aspect: numbers for aspect, numbers in found.items() if any(numbers)}

    def choose(self, name: str, value: str) -> None:
        """Choose from a list as a user does."""
        self.click(f"#{name} option[value='{value}']")

    def complaints(self) -> list[str]:
        """What the browser's console says: errors and breaches of the Content-Security-Policy."""
        return [each["message"] for each in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def emulate(self, **features: str) -> None:
        """Set media features: `emulate(prefers_color_scheme="dark")`."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": named})

    def resize(self, width: int) -> None:
        """Set the width of the window's inside."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def reset(self) -> None:
        """Undo whatever was set in the browser."""
        self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.emulate()

    def forget(self, url: str) -> None:
        """Of what a site keeps in the browser nothing is left: nobody is signed in, and nothing was chosen."""
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "local_storage"})
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})


@pytest.fixture(scope="package")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver_path = shutil.which("chromedriver")
    if browser is None or driver_path is None:
        reason = "needs chromium and chromedriver on the PATH"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(driver_path))
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium: webdriver.Chrome) -> Iterator[Page]:
    page = Page(chromium)
    page.complaints()  # those of an earlier test
    yield page
    page.reset()
    page.forget(chromium.current_url)
    chromium.get("about:blank")


@pytest.fixture
def server(chromium: webdriver.Chrome, tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "dashboard.db")
    server.start()
    yield server
    server.stop()

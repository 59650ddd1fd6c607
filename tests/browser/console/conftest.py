"""The console over a real API and Redis; the test is the worker."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from cryptography.fernet import Fernet
from selenium.webdriver.common.by import By

from ops.ports import free_port
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.support.processes import Api
from tests.support.redis_server import RedisServer


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with closing(RedisServer()) as server:
        yield server.start()


@pytest.fixture
def store(server: RedisServer) -> Iterator[RedisStore]:
    with server.client() as client:
        yield RedisStore(client)


@pytest.fixture(scope="package")
def port() -> int:
    """Of all APIs, one after another: what the browser has of one's files it need not load again from the next."""
    return free_port()


@pytest.fixture
def api(server: RedisServer, port: int) -> Iterator[Api]:
    webhooks = {"webhook_allow_insecure": "1", "secret_keys": Fernet.generate_key().decode()}
    with closing(Api(server.url, port=port, **webhooks)) as api:
        yield api.wait()


@pytest.fixture
def open_view(page: Page, api: Api) -> Callable[[str], Page]:
    """Opens a view of the console, as by its address."""

    def opened(path: str) -> Page:
        page.open(f"http://127.0.0.1:{api.port}/console{path}", live=False)
        page.until(lambda: page.driver.find_elements(By.TAG_NAME, "h1"))
        return page

    return opened

"""What a person reads and presses in the console."""

from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.conftest import Page

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()


def text(page: Page, selector: str = "main") -> str:
    """What a person reads there."""
    # In one step: the page may change between two.
    found = page.run("return [...document.querySelectorAll(arguments[0])].map(each => each.innerText)", selector)
    return " ".join(word for each in found for word in each.split())


def press(page: Page, label: str, within: str = "main") -> None:
    """Press the first button with this label."""
    page.until(lambda: _pressed(page, label, within))


def _pressed(page: Page, label: str, within: str) -> bool:
    found = page.driver.find_elements(By.CSS_SELECTOR, f"{within} button")
    button = next((each for each in found if each.text == label and _ready(each)), None)
    if button is not None:
        button.click()
    return button is not None


def _ready(button: WebElement) -> bool:
    """Whether it does something: one that is at work is no more than marked, and keeps the focus."""
    return button.is_enabled() and button.get_attribute("aria-disabled") != "true"


def go(page: Page, view: str) -> None:
    """To a view, as a link does, without loading the page."""
    page.run(
        "history.pushState(null, '', '/console' + arguments[0]); dispatchEvent(new PopStateEvent('popstate'))", view
    )


def settled(page: Page) -> None:
    """Until the view has all that it asked for."""
    page.until(lambda: not page.driver.find_elements(By.CSS_SELECTOR, ".waiting"))


def violations(page: Page) -> list[str]:
    """What axe finds, a line each."""
    page.run(AXE)
    found = page.driver.execute_async_script(
        "axe.run(document, {runOnly: arguments[0]}).then(found => arguments[1](found.violations))",
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    )
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]

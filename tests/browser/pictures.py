"""The pictures of the documentation, taken of a Kritiq that runs.

python -m tests.browser.pictures http://127.0.0.1:5000 .data/development.key
"""

import shutil
import sys
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import FLAGS, PATIENCE_S, ROOT

#: Picture -> the view of it.
VIEWS = {"overview": "/", "restaurant": "/restaurants/krone?with=adler"}
WIDTH, HEIGHT = 1200, 860


def take(address: str, key: str, folder: Path) -> None:
    """A picture of each view, in `folder`."""
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--window-size={WIDTH},{HEIGHT}"):
        options.add_argument(flag)
    with webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"))) as driver:
        wait = WebDriverWait(driver, PATIENCE_S)
        driver.get(f"{address}/console/")
        field = wait.until(lambda _: driver.find_element(By.CSS_SELECTOR, "input[type=password]"))
        field.send_keys(key, Keys.ENTER)
        wait.until(lambda _: driver.find_elements(By.CSS_SELECTOR, "nav a"))
        for name, view in VIEWS.items():
            driver.get(f"{address}/console{view}")
            wait.until(lambda _: driver.find_elements(By.CSS_SELECTOR, "main .card"))
            wait.until(lambda _: not driver.find_elements(By.CSS_SELECTOR, ".waiting"))
            driver.save_screenshot(str(folder / f"{name}.png"))


if __name__ == "__main__":
    take(sys.argv[1], Path(sys.argv[2]).read_text().strip(), ROOT / "docs" / "pictures")

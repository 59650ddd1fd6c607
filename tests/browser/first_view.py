"""What the console's first view transfers, and when it is painted and has its data, in a Chromium that has nothing yet.

python -m tests.browser.first_view http://127.0.0.1:5000 .data/development.key
"""

import shutil
import sys
from pathlib import Path
from statistics import median

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import FLAGS, PATIENCE_S

VISITS = 11
#: View, its address below the console's, and what it has once its data are there. The first is before anybody signs in.
VIEWS = (
    ("sign in", "/", "input[type=password]"),
    ("overview", "/", "main tbody tr"),
    ("jobs", "/jobs", "main tbody tr"),
)
#: The kilobytes of the page and all that it loaded, the milliseconds until something could be read, and until now.
SEEN = """
const of = (kind) => performance.getEntriesByType(kind);
const bytes = [...of("navigation"), ...of("resource")].reduce((sum, each) => sum + each.transferSize, 0);
const painted = of("paint").find(({ name }) => name === "first-contentful-paint");
return painted ? [bytes / 1000, painted.startTime, performance.now()] : null;
"""


def visited(driver: webdriver.Chrome, wait: "WebDriverWait[webdriver.Chrome]", address: str, there: str) -> list[float]:
    """What `SEEN` tells of one visit."""
    driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    driver.get(address)
    wait.until(lambda _: driver.find_elements(By.CSS_SELECTOR, there))
    seen: list[float] = wait.until(lambda _: driver.execute_script(SEEN))
    return seen


def measure(address: str, key: str) -> None:
    """Print a line for each view: the median, and the worst, of some visits."""
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    with webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"))) as driver:
        wait = WebDriverWait(driver, PATIENCE_S, poll_frequency=0.02)
        for name, path, there in VIEWS:
            visits = [visited(driver, wait, f"{address}/console{path}", there) for _ in range(VISITS)]
            sizes, painted, done = zip(*visits, strict=True)
            times = ", ".join(
                f"{what} after {median(ms):.0f} ms (at worst {max(ms):.0f})"
                for what, ms in (("painted", painted), ("there", done))
            )
            print(f"{name}: {max(sizes):.0f} kB, {times}")
            if there == VIEWS[0][2]:
                driver.find_element(By.CSS_SELECTOR, there).send_keys(key, Keys.ENTER)
                wait.until(lambda _: driver.find_elements(By.CSS_SELECTOR, "nav a"))


if __name__ == "__main__":
    measure(sys.argv[1], Path(sys.argv[2]).read_text().strip())

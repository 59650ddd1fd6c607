"""A page as PDF, by the Chromium of this machine."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from jobs.errors import SettingsError

#: Names of the same program, as systems have them.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: How long it may take, in seconds.
MOST_S = 120


def printed(html: str) -> bytes:
    """The PDF. Raises SettingsError where there is no Chromium, or it fails."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SettingsError("For PDF Chromium has to be installed: write HTML, and print that from any browser.")
    with tempfile.TemporaryDirectory(prefix="kritiq-report-") as folder:
        page, out = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(html, encoding="utf-8")
        options = ["--headless", "--disable-gpu", f"--user-data-dir={folder}/profile"]
        if os.geteuid() == 0:
            # Root can have none. The page loads nothing and runs nothing.
            options.append("--no-sandbox")
        options += ["--no-pdf-header-footer", f"--print-to-pdf={out}", page.as_uri()]
        try:
            command = [browser, *options]
            subprocess.run(command, check=True, capture_output=True, timeout=MOST_S)  # noqa: S603  our own words
            return out.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise SettingsError(f"{browser} made no PDF ({error}): write HTML, and print that.") from None

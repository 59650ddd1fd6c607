"""Any Python module of the checkout as a process of its own; `Process` is for `kritiq` commands."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.support.processes import ROOT, Process


class ModuleProcess(Process):
    """`python -m MODULE ARGUMENT...` and its log."""

    def __init__(self, module: str, *arguments: str, env: Mapping[str, str]) -> None:
        self._stop = signal.SIGTERM
        self._folder = tempfile.TemporaryDirectory(prefix="kritiq-test-")
        self.log_path = Path(self._folder.name) / "log"
        clean = {key: value for key, value in os.environ.items() if not key.startswith("KRITIQ_")}
        clean |= {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1", **env}
        with self.log_path.open("wb") as log:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", module, *arguments], env=clean, cwd=self._folder.name, stdout=log, stderr=log
            )

"""Somebody in a shell, in the folder where Kritiq was started, who does what a page of the documentation says."""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.pages import Step

#: An id as pages write it, and as it is told.
_ID = re.compile(r"\b(job|batch|file|link|ep)_(?:[0-9A-Z]{26}|…)")
_KEY = re.compile(r"\bkrt_(?:live|test)_\w+…?")
#: A line that sets a variable of the shell.
_SETS = re.compile(r'^\w+=(?:\$\(.*?\)|".*?")$', re.DOTALL | re.MULTILINE)


@dataclass(kw_only=True, slots=True)
class Reader:
    """What is told is kept: ids and keys of a page stand for the newest ones, and variables keep their values."""

    folder: Path
    environment: dict[str, str]
    #: Addresses on the pages, and what they are here.
    addresses: dict[str, str]
    _newest: dict[str, str] = field(default_factory=dict)
    _variables: list[str] = field(default_factory=list)
    _status: int = 0

    def does(self, step: Step) -> str:
        """What it prints. A command behind a prompt may fail, where the page shows that; nothing else may."""
        code = self._meant(step.code)
        if step.language == "python":
            return self._run([sys.executable, "-c", code], step)
        # Behind the NUL is what this step prints, and not those that set variables.
        before = "\n".join([*self._variables, r"printf '\0'", f"(exit {self._status})" if self._status else ":"])
        self._variables += _SETS.findall(code)
        options = "-uo" if step.language == "console" else "-euo"
        return self._run(["bash", options, "pipefail", "-c", f"{before}\n{code}"], step).rpartition("\0")[2]

    def _run(self, command: list[str], step: Step) -> str:
        prompt = step.language == "console"
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if prompt else subprocess.PIPE, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert prompt or done.returncode == 0, f"{step.code}\n{done.stdout}\n{done.stderr}"
        self._status = done.returncode if prompt else 0
        for found in _ID.finditer(done.stdout):
            self._newest[found[1]] = found[0]
        for key in _KEY.findall(done.stdout):
            self._newest["key"] = key
        return done.stdout

    def _meant(self, code: str) -> str:
        for shown, real in self.addresses.items():
            code = code.replace(shown, real)
        code = _ID.sub(lambda found: self._newest.get(found[1], found[0]), code)
        return _KEY.sub(lambda found: self._newest.get("key", found[0]) if found[0].endswith("…") else found[0], code)

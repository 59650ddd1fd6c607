"""A peer's own Python environment: pinned versions, made on first use, kept in a folder of the user's."""

import hashlib
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements"
#: The packages of this checkout, which adapters import; each environment has what `model` needs.
ROOT = Path(__file__).parents[2]
#: Longest time that an installation may take, in seconds: torch is large.
INSTALL_S = 1200
_MARK = "made-from.txt"


class NotHere(Exception):
    """A peer cannot be measured on this machine; the message says why, in a line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """The environment of one requirements file, below `folder`."""

    folder: Path
    requirements: Path

    @property
    def path(self) -> Path:
        """Its directory."""
        return self.folder / self.requirements.stem

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.path / "bin" / "python"

    @property
    def is_made(self) -> bool:
        """Whether it is whole, and of these very versions."""
        mark = self.path / _MARK
        return mark.exists() and mark.read_text(encoding="utf-8") == self._fingerprint()

    def make(self) -> None:
        """Make it unless it is there. Raises NotHere with pip's last words."""
        if self.is_made:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._run(sys.executable, "-m", "venv", "--clear", str(self.path))
        self._run(
            str(self.python), "-m", "pip", "install", "--quiet", "--no-compile", "--requirement", str(self.requirements)
        )
        (self.path / _MARK).write_text(self._fingerprint(), encoding="utf-8")

    def _run(self, *command: str) -> None:
        log = self.folder / f"{self.requirements.stem}.log"
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=INSTALL_S
            )
        except subprocess.TimeoutExpired as error:
            raise NotHere(f"not installed after {INSTALL_S} s") from error
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode:
            raise NotHere(f"not installed: {last_words(done.stdout + done.stderr)} ({log})")

    def _fingerprint(self) -> str:
        versions = hashlib.sha256(self.requirements.read_bytes()).hexdigest()
        return f"{platform.python_version()} {versions}\n"


def last_words(output: str) -> str:
    """The line of a program's output that says what went wrong: the last error, or else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    wrong = [line for line in lines if "error" in line.lower()]
    return (wrong or lines or ["nothing said"])[-1][:200]

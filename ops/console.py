"""What `kritiq run` prints: the lines of all its processes, each under its name."""

import json
import logging
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import TextIO

from telemetry.log_line import as_text, parsed
from telemetry.logs import Format, formatter
from telemetry.printable import printable

#: One colour for each name, on a terminal.
_COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92", "95")
_WIDTH = 10


class Console:
    """One stream for many writers. As text each line has its process's name before it.

    As JSON each line is an object: a process's own objects pass as they are, and any other line becomes one. As text
    they are written out for people. `keep` is told every line as JSON.
    """

    def __init__(
        self, form: Format, stream: TextIO | None = None, keep: Callable[[str], None] = lambda line: None
    ) -> None:
        self._form, self._stream, self._keep = form, stream or sys.stdout, keep
        self._lock = threading.Lock()
        self._names: list[str] = []
        self._coloured = form == "text" and self._stream.isatty()

    def of(self, name: str) -> Callable[[str], None]:
        """What takes the lines of process `name`."""
        return partial(self.line, name)

    def line(self, name: str, text: str, level: int = logging.INFO) -> None:
        """Print a line of process `name`."""
        found = self._as_json(name, text, level)
        printed = found if self._form == "json" else self._as_text(name, text)
        with self._lock:
            self._keep(found)
            self._stream.write(printed + "\n")
            self._stream.flush()

    def _as_text(self, name: str, text: str) -> str:
        before = f"{name:<{_WIDTH}} |"
        if self._coloured:
            with self._lock:
                if name not in self._names:
                    self._names.append(name)
                colour = _COLOURS[self._names.index(name) % len(_COLOURS)]
            before = f"\x1b[{colour}m{before}\x1b[0m"
        line = parsed(text)
        return f"{before} {printable(text) if line is None else as_text(line)}"

    @staticmethod
    def _as_json(name: str, text: str, level: int) -> str:
        try:
            if isinstance(json.loads(text), dict):
                return printable(text)
        except (ValueError, RecursionError):
            pass
        record = logging.LogRecord(name, level, __file__, 0, text, None, None)
        return formatter(name, "json").format(record)

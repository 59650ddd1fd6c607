"""Which of the project's files run: Python by a profile function, Lua by a note that each script leaves in Redis.

A Python file counts when the body of a function, method, lambda, comprehension or generator in it runs. What only
stands in it does not: modules and class bodies that an import runs, and methods that `dataclass` generates (they belong
to no file). A Lua file counts when it is a script that was run, or when one of its functions was called by one.
"""

import inspect
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from unittest.mock import patch

import redis
from redis.commands.core import Script

from store.lua import definitions

ROOT = Path(__file__).resolve().parents[1]
LUA = ROOT / "store" / "lua"
#: Where scripts note what runs, a set for each; outside of the names that the project uses.
NOTES = "bench:executed:"
#: The first line of a function at the top of a Lua file.
_FUNCTION = re.compile(r"^(?:local )?function [\w.]+\([^)]*\)", re.MULTILINE)


class Executed:
    """Notes what runs between `begin` and `end`, on all threads started after this was installed.

    `stage_of` names the stage that a thread works for, by the thread's name; None: not part of what is looked at.
    """

    def __init__(self, stage_of: Callable[[str], str | None]) -> None:
        self._stage_of = stage_of
        self._active = False
        self._seen: set[tuple[CodeType, str]] = set()
        self._scripts: set[tuple[str, str]] = set()
        #: Called after each script, with the path of its file.
        self.on_script: Callable[[str], None] = lambda path: None

    @contextmanager
    def installed(self) -> Iterator["Executed"]:
        """Watch this thread and those that are started in the block; scripts registered in it leave notes."""
        registered, noted = redis.Redis.register_script, self._noted

        def register_script(client: redis.Redis, script: str) -> Script:
            return noted(registered, client, script)

        threading.setprofile(self._profile)
        sys.setprofile(self._profile)
        try:
            with patch.object(redis.Redis, "register_script", register_script):
                yield self
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def begin(self, client: redis.Redis) -> None:
        """Forget what ran, and note from now on."""
        for key in client.scan_iter(NOTES + "*"):
            client.delete(key)
        self._seen, self._scripts = set(), set()
        self._active = True

    def end(self, client: redis.Redis) -> dict[str, set[str]]:
        """Stage -> the files that ran for it, as paths inside the repository."""
        self._active = False
        found: dict[str, set[str]] = {}
        # A thread that was asked just before may add one more.
        for code, stage in list(self._seen):
            if (path := _path(code)) is not None:
                found.setdefault(stage, set()).add(path)
        for script, stage in self._scripts:
            members: Any = client.smembers(NOTES + script)
            found.setdefault(stage, set()).update({script, *(member.decode() for member in members)})
        return found

    def _profile(self, frame: FrameType, event: str, argument: object) -> None:
        if not self._active:
            return
        self._note(frame)
        # Who is returned to goes on: a thread that waited in its frame when noting began has no call of its own.
        if event == "return" and frame.f_back is not None:
            self._note(frame.f_back)

    def _note(self, frame: FrameType) -> None:
        # Bodies of modules and classes lack this flag: they run at import.
        if frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            stage = self._stage_of(threading.current_thread().name)
            if stage is not None:
                self._seen.add((frame.f_code, stage))

    def _noted(self, register: Callable[..., Script], client: redis.Redis, script: str) -> Script:
        files = {path: path.read_text(encoding="utf-8") for path in sorted(LUA.rglob("*.lua"))}
        own = [path for path, text in files.items() if path.parent.name != "lib" and text in script]
        if len(own) != 1:
            raise RuntimeError(f"a script is made of the files {own}: which one is its own?")
        name = str(own[0].relative_to(ROOT))
        for path in (*own, *(path for path in files if path.parent.name == "lib")):
            for part in definitions(files[path]):
                script = script.replace(part, _noting(part, NOTES + name, str(path.relative_to(ROOT))))
        made = register(client, script)

        def call(*args: Any, **kwargs: Any) -> Any:
            stage = self._stage_of(threading.current_thread().name) if self._active else None
            answer = made(*args, **kwargs)
            if stage is not None:
                self._scripts.add((name, stage))
                self.on_script(name)
            return answer

        return call  # type: ignore[return-value]


def _noting(source: str, key: str, path: str) -> str:
    """A Lua file whose functions note the file in the set `key` when they are called."""
    return _FUNCTION.sub(lambda head: f"{head[0]} redis.call('SADD', '{key}', '{path}')", source)


def _path(code: CodeType) -> str | None:
    """The file of `code` inside the repository; None for everybody else's code, and for our measuring."""
    path = Path(code.co_filename)
    if not path.is_absolute() or ROOT not in path.parents:
        return None
    inside = path.relative_to(ROOT)
    return None if inside.parts[0] in (".venv", "bench", "tests") else str(inside)

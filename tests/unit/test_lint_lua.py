"""The check of the Redis scripts finds what it is there for, and says which file it is in."""

import shutil

import pytest

from tests import lint_lua

SHARED = "local function used() return 1 end\nlocal function unused() return 2 end\n"
FIRST = "return used()\n"
SECOND = "local now = used()\nreturn nowhere(now)\n"
FILES = {"lib": SHARED, "first": FIRST, "second": SECOND}
SCRIPTS = {"first": SHARED + FIRST, "second": SHARED + SECOND}

needs_luacheck = pytest.mark.skipif(shutil.which("luacheck") is None, reason="luacheck (Debian: lua-check) is missing")


def found(scripts: dict[str, str], files: dict[str, str] = FILES) -> list[str]:
    return [f"{finding.file}:{finding.line} {finding.code}" for finding in lint_lua.check(files, scripts)]


@needs_luacheck
def test_an_undefined_function_is_found_in_the_script_that_calls_it() -> None:
    assert "second.lua:2 W113" in found(SCRIPTS)


@needs_luacheck
def test_a_shared_function_that_no_script_uses_is_found_once() -> None:
    assert found(SCRIPTS).count("lib.lua:2 W211") == 1


@needs_luacheck
def test_a_shared_function_that_one_script_uses_is_fine() -> None:
    third = "return unused()\n"
    assert found(SCRIPTS | {"third": SHARED + third}, FILES | {"third": third}) == ["second.lua:2 W113"]


@needs_luacheck
def test_what_load_writes_in_front_is_checked_too() -> None:
    script = "return 1\n"
    assert found({"script": "local unused = 1\n" + script}, {"script": script}) == ["(constants):1 W211"]


@needs_luacheck
def test_a_syntax_error_is_found() -> None:
    broken = "return (\n"
    assert found({"broken": SHARED + broken}, {"lib": SHARED, "broken": broken}) == ["broken.lua:2 E011"]


@needs_luacheck
@pytest.mark.parametrize("call", ["io.open('x')", "require('x')", "print(1)", "os.exit()"])
def test_what_redis_does_not_give_a_script_is_found(call: str) -> None:
    assert found({"script": f"return {call}\n"}, {"script": f"return {call}\n"})


def test_every_script_is_checked_with_its_shared_parts() -> None:
    files = lint_lua.sources()
    scripts = lint_lua.compose(files)
    assert len(scripts) > 20
    assert all(text.endswith(files[name]) and len(text) > len(files[name]) for name, text in scripts.items())


@pytest.mark.parametrize(("ci", "status"), [("true", 1), (None, 0)])
def test_a_missing_luacheck_fails_in_ci_only_and_is_named(
    ci: str | None, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CI", raising=False)
    if ci:
        monkeypatch.setenv("CI", ci)
    assert lint_lua.main() == status
    assert "luacheck is not installed" in capsys.readouterr().err

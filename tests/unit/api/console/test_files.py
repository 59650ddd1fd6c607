"""The console's files: served to anybody, with nothing from elsewhere, and every word there in both languages."""

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.console.edition import edition, files
from api.http.problem_reasons import MEMBERS, REQUESTS
from api.http.problems import STATUS, TITLES, plain_code
from jobs.line_warning import WARNINGS
from jobs.reason import IN_MEMORY, MOVEMENTS, REFUSALS, SENTENCES
from model.retraining import refusal
from tests.support.console_code import STATIC, texts
from webhooks.event import EventType
from webhooks.snapshot import DropReason
from worker.delivery.response import Failure

OWN = [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts]


def test_the_page_is_there_under_every_address_of_the_console(client: FlaskClient) -> None:
    for path in ("/console/", "/console/jobs", "/console/jobs/job_1", "/console/restaurants/zur-post"):
        with client.get(path) as answer:
            assert (answer.status_code, answer.mimetype) == (200, "text/html")
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert client.get("/console").status_code in (301, 308)
    assert client.get("/console/static/nothing.js").status_code == 404


def test_files_are_packed_for_who_takes_that_and_known_again(client: FlaskClient) -> None:
    address = "/console/static/console.js"
    plain = client.get(address, buffered=True)
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"}, buffered=True)
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (None, "gzip")
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    for known in (plain.headers["ETag"], packed.headers["ETag"]):
        again = client.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": known}, buffered=True)
        assert (again.status_code, again.data) == (304, b"")


def test_a_page_names_the_edition_of_its_files_which_browsers_keep(client: FlaskClient) -> None:
    page = client.get("/console/")
    assert page.headers["Cache-Control"] == "no-cache"
    addresses = re.findall(r'(?:src|href)="(/console/static/[^"]+)"', page.text)
    assert len(addresses) == 3
    for address in addresses:
        answer = client.get(address, buffered=True)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    again = client.get("/console/jobs", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("edition", ["", "0123456789abcdef/"], ids=["none", "that of another release"])
def test_without_this_edition_a_file_is_there_and_asked_for_again(client: FlaskClient, edition: str) -> None:
    answer = client.get(f"/console/static/{edition}parts/chart.js", buffered=True)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert answer.data == (STATIC / "parts/chart.js").read_bytes()


def test_a_file_that_is_not_there_is_not_kept_as_missing(client: FlaskClient) -> None:
    answer = client.get(f"{files()}nothing.js")
    assert (answer.status_code, answer.headers.get("Cache-Control")) == (404, None)


def test_another_file_makes_another_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(**texts: str) -> str:
        for name, text in texts.items():
            (tmp_path / name).write_text(text)
        edition.cache_clear()
        return edition()

    monkeypatch.setattr("api.console.edition.STATIC", tmp_path)
    try:
        assert len({found(a="1"), found(a="2"), found(a="2", b=""), found(a="", b="2")}) == 4
        assert found(a="1", b="1") == found(a="1", b="1")
    finally:
        edition.cache_clear()


def test_no_file_names_another_without_its_edition() -> None:
    named = [path.name for path in OWN if "/console/static/" in path.read_text(encoding="utf-8")]
    assert named == []


def test_all_of_the_console_is_less_than_200_kb_to_transfer() -> None:
    """Whichever view is the first: none loads more than there is."""
    sent = [gzip.compress(path.read_bytes()) for path in STATIC.rglob("*") if path.is_file() and path.suffix != ".txt"]
    assert sum(map(len, sent)) < 200_000


def test_what_is_pressed_is_a_button_which_is_pressed_by_keyboard_too() -> None:
    pressed = [
        element
        for path in OWN
        for element in re.findall(r"<(\$?[\w{}]+)(?:(?!=>)[^<>]|=>)*? onClick=", path.read_text())
    ]
    assert len(pressed) > 20
    # What is around the view hears of links in it, which are pressed by keyboard as buttons and files' fields are.
    assert sorted(element for element in pressed if element != "button") == ["div", "input"]
    assert not re.search(r'tabindex="[1-9]', "\n".join(path.read_text() for path in OWN)), "in the order of the page"


def test_nothing_outside_its_folder_is_served(client: FlaskClient) -> None:
    for path in ("../routes.py", "%2e%2e/routes.py", "..%2froutes.py"):
        with client.get(f"/console/static/{path}") as answer:
            assert b"Blueprint" not in answer.data


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(STATIC)))
def test_every_module_that_is_imported_is_there(path: Path) -> None:
    # Imports stand first; what comes behind may show some as an example.
    head = path.read_text().partition("`")[0]
    for imported in re.findall(r'^import (?:.* from )?"(.+)";', head, re.MULTILINE):
        assert imported.startswith("."), imported
        assert (path.parent / imported).exists(), imported


def test_every_name_that_is_imported_is_used_and_every_one_that_is_exported_is_imported() -> None:
    exported, imported = set(), set()
    for path in OWN:
        code = path.read_text()
        for names, source in re.findall(r'^import {(.+)} from "(.+)";', code, re.MULTILINE):
            taken = {name.strip() for name in names.split(",")}
            body = re.sub(r"^import .*$", "", code, flags=re.MULTILINE)
            assert {name for name in taken if not re.search(rf"\b{name}\b", body)} == set(), path
            imported |= {((path.parent / source).resolve(), name) for name in taken}
        # Code that is shown exports too.
        own = re.sub(r"`[^`]*`", "", code)
        found = re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", own, re.MULTILINE)
        exported |= {(path.resolve(), name) for name in found}
    assert len(exported) > 60
    assert exported <= imported, exported - imported


def test_every_problem_of_the_api_has_words() -> None:
    codes = {code for _, code in STATUS.values()} | {plain_code(status) for status in TITLES}
    assert {f"problem_{code}" for code in codes} <= set(texts("de"))


def test_everything_that_a_delivery_fails_of_has_words() -> None:
    assert {f"cause_{reason}" for reason in (*Failure, *DropReason)} <= set(texts("de"))


def test_what_the_api_says_in_english_stands_nowhere_without_words_of_the_readers_language() -> None:
    found = {}
    for path in (each for part in ("views", "parts") for each in (STATIC / part).glob("*.js")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if re.search(r"\b(problem|error)\.message\b(?!, problem\))", line):
                near = "\n".join(lines[max(0, number - 1) : number + 1])
                found[f"{path.name}:{number + 1}"] = re.search(r'named\("(problem|error)", ', near) is not None
    assert len(found) >= 4
    assert [place for place, is_named in found.items() if not is_named] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_reason_has_words_with_the_figures_that_the_apis_sentence_has(language: str) -> None:
    def gaps(sentence: str) -> set[str]:
        return set(re.findall(r"\{(\w+)", sentence))

    found = {name.removeprefix("reason_"): gaps(text) for name, text in texts(language).items() if "reason_" in name}
    movements = {code: gaps(sentence) | {"where"} for code, sentence in MOVEMENTS.items()}
    whole = {**SENTENCES, **REFUSALS, **IN_MEMORY, **WARNINGS, **refusal.SENTENCES, **MEMBERS, **REQUESTS}
    assert found == {code: gaps(sentence) for code, sentence in whole.items()} | movements
    assert all("before" in figures for figures in movements.values()), "by that the console knows them"
    assert not any("before" in gaps(sentence) for sentence in whole.values())


def test_both_languages_say_the_same_things() -> None:
    german, english = texts("de"), texts("en")
    assert len(german) > 300
    assert set(german) == set(english)
    for name, text in german.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[name])), name


def test_every_word_that_is_shown_exists() -> None:
    shown = {name for path in OWN for name in re.findall(r'\bt\("(\w+)"', path.read_text())}
    assert len(shown) > 200
    assert shown <= set(texts("de"))


def test_what_is_said_of_one_is_said_of_many_too() -> None:
    german = texts("de")
    ones = {name.removesuffix("_one") for name in german if name.endswith("_one")}
    assert ones
    assert {name for name in ones if "{count}" not in german.get(name, "")} == set()


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_is_said_of_1_things(language: str) -> None:
    # What follows a number is another word for one of it, unless it is a short form, an adjective or a fraction.
    same = r"\{count\}(?: (?:shown|selected|angezeigt|ausgewählt|erledigt|Worker auf)|[^ ]|$)"
    # Never one: an archive with one file is read, and the number of those that are taken is fixed.
    never = {"file_zip_files", "too_many_rows"}
    found = texts(language)
    lacking = {
        name for name, text in found.items()
        if "{count}" in text and not re.search(same, text) and f"{name}_one" not in found and not name.endswith("_one")
    }  # fmt: skip
    assert lacking - never == set()


def test_no_word_is_there_that_nobody_shows() -> None:
    code = "\n".join(path.read_text() for path in OWN if "texts" not in path.parts)
    kinds = set(re.findall(r'named\("(\w+)"', code)) | {
        found.split("$")[0].rstrip("_") for found in re.findall(r"\bt\(`([^`]+)`", code)
    }
    unused = {
        name
        for name in texts("de")
        if not re.search(rf'"{re.escape(name.removesuffix("_one"))}"', code)
        and not any(name.startswith(f"{kind}_") for kind in kinds if kind)
    }
    assert {name for name in unused if not re.fullmatch(r"sample_\d_name", name)} == set()


def test_every_event_that_an_endpoint_may_ask_for_can_be_chosen() -> None:
    code = (STATIC / "parts" / "endpoint_form.js").read_text()
    offered = re.findall(r'"(\w+\.\w+)"', code.partition("const EVENTS = [")[2].partition("]")[0])
    assert set(offered) == set(EventType) - {EventType.ENDPOINT_PING}

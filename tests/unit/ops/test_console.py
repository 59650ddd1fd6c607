"""The lines of all processes on one stream: under their names for people, one JSON object each for machines."""

import io
import json
import logging

from ops.console import Console


def test_as_text_each_line_stands_under_its_process() -> None:
    stream = io.StringIO()
    console = Console("text", stream)
    console.of("api")("Listening")
    console.line("reconciler", "2 jobs expired")
    assert stream.getvalue() == "api        | Listening\nreconciler | 2 jobs expired\n"


def test_on_a_terminal_each_name_has_a_colour_of_its_own() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    console = Console("text", stream)
    for name in ("api", "worker", "api"):
        console.line(name, "x")
    first, second, third = stream.getvalue().splitlines()
    assert first == third == "\x1b[36mapi        |\x1b[0m x"
    assert second == "\x1b[33mworker     |\x1b[0m x"


def test_no_line_of_a_process_steers_the_terminal() -> None:
    stream = io.StringIO()
    Console("text", stream).line("redis", "\x1b[2J\x9b2J\u202eniw")
    assert stream.getvalue() == "redis      | \\x1b[2J\\u009b2J\\u202eniw\n"


def test_as_json_an_object_of_a_process_passes_as_it_is() -> None:
    stream = io.StringIO()
    line = '{"time":"2026-11-28T05:33:01.123Z","message":"ready"}'
    Console("json", stream).line("api", line)
    assert stream.getvalue() == line + "\n"


def test_as_json_any_other_line_becomes_an_object() -> None:
    stream = io.StringIO()
    console = Console("json", stream)
    for text in ("1:M # Redis is starting", "[1]", "12", '{"torn'):
        console.line("redis", text, logging.WARNING)
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [each["message"] for each in found] == ["1:M # Redis is starting", "[1]", "12", '{"torn']
    assert {(each["process"], each["level"]) for each in found} == {("redis", "WARNING")}

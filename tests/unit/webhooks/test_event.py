"""The types of webhook events stand once; these are their copies."""

import re
from pathlib import Path
from typing import get_args

from examples.dashboard import event as dashboard
from jobs.job import Status
from webhooks.event import DEFAULT_EVENTS, SUBJECTS, EventType, Subject
from webhooks.options import EndpointOptions

ROOT = Path(__file__).parents[3]
LUA = {path: path.read_text(encoding="utf-8") for path in (ROOT / "store" / "lua").rglob("*.lua")}
NAMED = re.compile(r"'((?:job|batch|endpoint)\.[a-z_]+)'")


def test_every_way_a_job_ends_is_an_event() -> None:
    ends = {f"job.{status}" for status in Status if status.terminal}
    assert ends == {event for event in EventType if SUBJECTS[event] is Subject.JOB}


def test_each_is_about_what_its_name_begins_with() -> None:
    assert set(SUBJECTS) == set(EventType)
    erasures = {event for event in EventType if event.endswith("deleted")}
    assert {event for event, subject in SUBJECTS.items() if subject is Subject.ERASURE} == erasures
    assert all(event.partition(".")[0] == SUBJECTS[event] for event in set(EventType) - erasures)


def test_endpoints_get_everything_but_pings_and_what_goes_by_lines() -> None:
    by_lines = {EventType.BATCH_PROGRESS, EventType.BATCH_LINES}
    assert set(EventType) - set(DEFAULT_EVENTS) == {EventType.ENDPOINT_PING} | by_lines
    assert EndpointOptions().events == DEFAULT_EVENTS


def test_scripts_name_no_other_events() -> None:
    named = {name for text in LUA.values() for name in NAMED.findall(text)}
    assert named <= set(EventType)
    # What is not named is made of a job's status.
    assert set(EventType) - named == {event for event in EventType if SUBJECTS[event] is Subject.JOB}
    assert any("'job.' .. status" in text for text in LUA.values())


def test_scripts_know_no_other_subjects() -> None:
    (snapshot,) = [text for path, text in LUA.items() if path.name == "snapshot.lua"]
    assert set(re.findall(r"about == '(\w+)'", snapshot)) == {Subject.JOB, Subject.BATCH, Subject.ERASURE}


def test_the_api_takes_and_gives_exactly_these() -> None:
    from api.webhooks.schemas import DeliveryAnswer, EndpointAnswer

    assert get_args(EndpointAnswer.model_fields["events"].annotation) == (EventType,)
    assert DeliveryAnswer.model_fields["type"].annotation is EventType


def test_the_example_dashboard_understands_all_of_them() -> None:
    assert {*(f"job.{ending}" for ending in dashboard.ENDINGS), *dashboard.OTHERS} == set(EventType)

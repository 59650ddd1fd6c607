"""What must be spelled in more than one package, because none of them may import the other, is the same in all."""

import re
from pathlib import Path
from typing import get_args

import click
from hypothesis import given
from hypothesis import strategies as st

import archive.compressed
import jobs.finite
import kritiq_client.printable
import kritiq_client.submit_cli
import model.cli.finite
import model.data.compressed
import telemetry.printable
from api.batches.schemas import MOST_LINES, BatchRequest
from api.http.result_schemas import ASPECTS, AspectAnswer
from api.jobs.schemas import JobBody
from examples.dashboard import scheme as dashboard
from examples.dashboard.texts import TEXTS
from jobs.request import LANGUAGE, TTL_S, Form, JobRequest, Priority
from kritiq_client.batch_calls import MOST_REVIEWS
from kritiq_client.bulk.compression import ENDINGS, FORMATS
from model import scheme
from model.inputs.auxiliary import german_templates
from model.mini.lexicon import ENGLISH, GERMAN
from tests.support.console_code import STATIC
from tests.support.processes import ROOT


def test_the_api_documents_the_models_aspects_and_polarities() -> None:
    assert ASPECTS == scheme.ASPECTS
    assert set(get_args(AspectAnswer.model_fields["polarity"].annotation)) == set(scheme.POLARITIES)


def test_the_dashboard_shows_every_aspect_and_every_polarity_that_is_told() -> None:
    told = set(scheme.POLARITIES) - {scheme.NONE}
    assert set(dashboard.ASPECTS) == set(scheme.ASPECTS)
    assert set(dashboard.POLARITIES) == told
    assert {*scheme.ASPECTS, *told} <= TEXTS.keys()


def test_the_dashboard_has_colours_for_every_polarity() -> None:
    style = (Path(dashboard.__file__).parent / "static" / "page.css").read_text()
    for polarity in dashboard.POLARITIES:
        assert f'[data-polarity="{polarity}"]' in style
        # In the light and in the dark, for fills and for letters.
        assert len(re.findall(rf"--{polarity}: #", style)) == len(re.findall(rf"--{polarity}-ink: #", style)) == 2


def test_the_dashboard_and_the_console_call_the_same_judgements_sure() -> None:
    code = (STATIC / "judgements.js").read_text(encoding="utf-8")
    assert re.findall(r"^const (SURE|FAIRLY) = (\d+);$", code, re.MULTILINE) == [
        ("SURE", str(dashboard.SURE)), ("FAIRLY", str(dashboard.FAIRLY)),
    ]  # fmt: skip
    by_what_is_shown = [dashboard.sureness(confidence) for confidence in (0.895, 0.8949, 0.695, 0.6949)]
    assert by_what_is_shown == ["sure", "fairly", "fairly", "unsure"]


def test_the_plain_words_and_the_auxiliary_sentences_know_every_aspect() -> None:
    assert {aspect for topic in GERMAN.topics + ENGLISH.topics for aspect in topic.aspects} == set(scheme.ASPECTS)
    words = german_templates("NLI-B")
    assert words.aspects.keys() == set(scheme.ASPECTS)
    assert words.polarities.keys() == set(scheme.POLARITIES)


def test_api_and_client_offer_every_priority() -> None:
    priorities = [str(priority) for priority in Priority]
    assert list(get_args(JobBody.model_fields["priority"].annotation)) == priorities
    (option,) = [option for option in kritiq_client.submit_cli.submit_command.params if option.name == "priority"]
    assert list(option.type.choices) == priorities  # type: ignore[attr-defined]


def test_members_of_one_name_are_of_one_type_in_a_job_and_in_a_batch() -> None:
    job, batch = (schema.model_json_schema()["properties"] for schema in (JobBody, BatchRequest))
    assert {name: job[name] for name in batch if name != "reviews"} == {
        name: schema for name, schema in batch.items() if name != "reviews"
    }


def test_what_comes_by_http_and_what_comes_by_celery_keep_the_same_bounds() -> None:
    properties = JobBody.model_json_schema()["properties"]
    assert properties["language"]["pattern"] == f"^({LANGUAGE.pattern})$"
    ttl = properties["ttl_s"]["anyOf"][0]
    assert (ttl["minimum"], ttl["maximum"]) == TTL_S


def test_the_client_cuts_batches_where_the_service_does() -> None:
    assert MOST_REVIEWS == MOST_LINES
    assert f"const MOST_REVIEWS = {MOST_LINES:_};" in (ROOT / "client-ts/src/batches.ts").read_text(encoding="utf-8")


def test_the_client_and_the_service_show_the_same_characters() -> None:
    assert kritiq_client.printable.CONTROL.pattern == telemetry.printable.CONTROL.pattern


def test_reviews_labels_and_results_may_come_compressed_in_the_same_ways() -> None:
    assert model.data.compressed.MARKS == archive.compressed.MARKS == tuple(FORMATS)
    assert model.data.compressed.ENDINGS == ENDINGS


def test_every_member_of_a_request_can_be_asked_for() -> None:
    # The form is chosen by the route, the repeated job by the retry call.
    assert JobBody.model_fields.keys() - {"text"} == set(JobRequest.__slots__) - {"form", "retry_of"}
    assert JobRequest().form == Form.V1


@given(value=st.floats(), low=st.floats(-9, 0), high=st.floats(0, 9), open_=st.booleans())
def test_commands_with_and_without_a_model_take_the_same_numbers(
    value: float, low: float, high: float, open_: bool
) -> None:
    def taken(kind: type[click.FloatRange]) -> float | str:
        try:
            return kind(low, high, min_open=open_).convert(str(value), None, None)
        except click.BadParameter as refused:
            return refused.message

    assert taken(jobs.finite.Finite) == taken(model.cli.finite.Finite)

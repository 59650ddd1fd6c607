"""What must be spelled in more than one room, because none of them may import the other, is the same in all."""

from typing import get_args

import kritiq_client.cli
from api.http.answer_schemas import ASPECTS, AspectAnswer
from api.jobs.schemas import JobBody
from examples.dashboard import scheme as dashboard
from examples.dashboard.review_card import SIGNS
from examples.dashboard.texts import TEXTS
from jobs.request import Form, JobRequest, Priority
from model import scheme


def test_the_api_documents_the_models_aspects_and_polarities() -> None:
    assert ASPECTS == scheme.ASPECTS
    assert set(get_args(AspectAnswer.model_fields["polarity"].annotation)) == set(scheme.POLARITIES)


def test_the_dashboard_shows_every_aspect_and_every_polarity_that_is_told() -> None:
    told = set(scheme.POLARITIES) - {scheme.NONE}
    assert set(dashboard.ASPECTS) == set(scheme.ASPECTS)
    assert set(dashboard.POLARITIES) == set(SIGNS) == told
    assert {*scheme.ASPECTS, *told} <= TEXTS.keys()


def test_api_and_client_offer_every_priority() -> None:
    priorities = [str(priority) for priority in Priority]
    assert list(get_args(JobBody.model_fields["priority"].annotation)) == priorities
    (option,) = [option for option in kritiq_client.cli.submit_command.params if option.name == "priority"]
    assert list(option.type.choices) == priorities  # type: ignore[attr-defined]


def test_every_member_of_a_request_can_be_asked_for() -> None:
    # The form is chosen by the route, the repeated job by the retry call.
    assert JobBody.model_fields.keys() - {"text"} == set(JobRequest.__slots__) - {"form", "retry_of"}
    assert JobRequest().form == Form.V1

"""Whose secret has signed a task, and what may be no secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from jobs.errors import SettingsError
from kritiq_client.producer import signed
from tests.support.factories import make_settings
from worker.consumer.producers import HEADER, Producers, producers

SECRET, OTHER = "a" * 32, "b" * 32
KNOWN = Producers({"acme": (SECRET.encode(),), "portal": (OTHER.encode(),)})
NAMES = st.sampled_from(["acme", "portal", "nobody", "ac", "acme:", ""])


@given(NAMES, NAMES, st.sampled_from([SECRET, OTHER]), st.text(min_size=1, max_size=4), st.text(max_size=4))
def test_only_a_secret_of_the_named_organisation_over_this_very_id_makes_a_task_its_own(
    tenant: str, asked: str, secret: str, own: str, other: str
) -> None:
    made = signed(tenant, secret, own)
    task = f"{asked}:{other}" if other else made["task_id"]
    named, _, rest = task.partition(":")
    is_signed = made["task_id"] == task and secret == {"acme": SECRET, "portal": OTHER}.get(named)
    assert KNOWN.tenant_of(task, made["headers"][HEADER]) == (named if is_signed and rest else None)


@given(st.one_of(st.none(), st.integers(), st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.text())))
def test_whatever_a_header_holds_it_is_no_signature(value: object) -> None:
    assert KNOWN.tenant_of("acme:1", value) is None


def test_each_task_has_an_id_of_its_own_unless_it_is_given_one() -> None:
    one, other = signed("acme", SECRET), signed("acme", SECRET)
    assert one["task_id"] != other["task_id"]
    assert signed("acme", SECRET, "7") == signed("acme", SECRET, "7")


@pytest.mark.parametrize(
    "text",
    ["acme", "acme:", "acme:short", f"Acme:{SECRET}", f"default:{SECRET}", f":{SECRET}", f"acme:{SECRET} {SECRET}"],
)
def test_what_is_no_secret_of_another_organisation_is_refused_and_not_told(text: str) -> None:
    with pytest.raises(SettingsError, match="KRITIQ_PRODUCERS: should be") as refused:
        producers(make_settings(producers=SecretStr(text)))
    assert SECRET not in str(refused.value)
    assert "short" not in str(refused.value)


def test_without_any_no_task_is_an_organisations() -> None:
    assert producers(make_settings()).tenant_of("acme:1", signed("acme", SECRET, "1")["headers"][HEADER]) is None

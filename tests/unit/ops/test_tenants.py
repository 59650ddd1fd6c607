"""`kritiq tenants` and `kritiq usage`: how much organisations may have, and what they used."""

import orjson
import pytest
import redis

from store.jobs import RedisStore
from tests.support.commands import Kritiq
from tests.support.factories import create


@pytest.fixture(autouse=True)
def sent(redis_client: redis.Redis) -> None:
    """acme has sent one review."""
    create(RedisStore(redis_client), "Gut.", tenant="acme", restaurant="adler")


def test_an_organisation_may_have_what_the_settings_say_until_it_is_said_otherwise(kritiq: Kritiq) -> None:
    # The text, and what was sent with it.
    stored = len('Gut.{"restaurant":"adler"}')
    rest = f"bytes no limit  stored {stored}  rate 2000  open no limit  class standard\n"
    assert kritiq("tenants", "list").output == f"acme  waiting 500000  day no limit  {rest}"
    assert kritiq("tenants", "limit", "acme", "--day", "500").output == f"acme  waiting 500000  day 500  {rest}"
    assert kritiq("tenants", "limit", "acme", "--waiting", "7").output == f"acme  waiting 7  day 500  {rest}"
    rates = kritiq("tenants", "limit", "acme", "--rate", "50", "--open", "8", "--bytes", "9")
    assert rates.output == f"acme  waiting 7  day 500  bytes 9  stored {stored}  rate 50  open 8  class standard\n"
    assert kritiq("tenants", "limit", "acme", "--reset").output == f"acme  waiting 500000  day no limit  {rest}"


def test_an_organisation_has_a_class_of_which_there_are_few(kritiq: Kritiq) -> None:
    assert kritiq("tenants", "class", "acme", "trial").output.endswith("  class trial\n")
    assert kritiq("tenants", "list").output.endswith("  class trial\n")
    assert "should match" in kritiq("tenants", "class", "acme", "Mensa|x", status=2).output
    for number in range(6):
        kritiq("keys", "create", "--tenant", f"mensa-{number}", "--scope", "jobs:read")
        kritiq("tenants", "class", f"mensa-{number}", f"class-{number}")
    refused = kritiq("tenants", "class", "default", "another", status=1)
    assert "There are 8 classes already: class-0, " in str(refused.exception)
    kritiq("tenants", "class", "acme", "another")
    assert kritiq("tenants", "class", "acme", "standard").output.endswith("  class standard\n")


def test_an_organisation_is_kept_in_the_archive_as_long_as_is_said_of_it(kritiq: Kritiq) -> None:
    assert kritiq("tenants", "archive", "acme", "--days", "365").output.endswith("  class standard  archive 365 days\n")
    assert kritiq("tenants", "list").output.endswith("  archive 365 days\n")
    assert kritiq("tenants", "archive", "acme", "--days", "0").output.endswith("  archive for ever\n")
    assert kritiq("tenants", "archive", "acme", "--reset").output.endswith("  class standard\n")
    assert "kritiq tenants archive  done  days=365" in kritiq("audit", "--tenant", "acme").output
    for words in ((), ("--days", "-1"), ("--days", "36501"), ("--days", "7", "--reset")):
        kritiq("tenants", "archive", "acme", *words, status=2)


def test_a_month_is_a_table_of_all_organisations(kritiq: Kritiq) -> None:
    head, row = kritiq("usage").output.splitlines()
    assert head == "tenant,day,restaurant,model,requests,reviews,sentences,characters"
    assert row.startswith("acme,2")
    assert row.endswith(",adler,,1,0,0,0")
    assert kritiq("usage", "--month", "2001-01").output.splitlines() == [head]
    assert kritiq("usage", "--tenant", "default").output.splitlines() == [head]
    assert orjson.loads(kritiq("usage", "--json").output)["requests"] == 1


def test_what_is_no_month_is_said(kritiq: Kritiq) -> None:
    assert "should be a month" in kritiq("usage", "--month", "2026-13", status=2).output


def test_what_the_operator_says_is_noted(kritiq: Kritiq) -> None:
    kritiq("tenants", "limit", "acme", "--day", "500")
    assert "kritiq tenants limit  done  day=500" in kritiq("audit", "--tenant", "acme").output

"""A review counts for the day that its guest's calendar had, also around the hour that there is twice or not at all."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from archive.ended import day_of
from archive.importing import Origin, put_lines
from archive.review import Kept
from archive.sink import Sink
from archive.tables import reviews

#: Clocks go forward and back here, in Berlin and in New York.
CHANGES = [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1), datetime(2026, 3, 8, 7), datetime(2026, 11, 1, 6)]


@given(
    change=st.sampled_from(CHANGES),
    minutes=st.integers(-36 * 60, 36 * 60),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Kiritimati"]),
)
def test_the_day_is_that_of_the_time_zone_that_the_time_names(change: datetime, minutes: int, zone: str) -> None:
    at = (change.replace(tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
    assert day_of(at.isoformat()) == at.date()


def test_restaurants_in_two_time_zones_each_have_their_own_day_of_one_moment(either: Engine) -> None:
    moment = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    lines = [
        f'{{"line":{number},"status":"failed","restaurant":"r{number}","error":{{"code":"x"}},'
        f'"reviewed_at":"{moment.astimezone(ZoneInfo(zone)).isoformat()}"}}'.encode()
        for number, zone in enumerate(("Europe/Berlin", "America/New_York"))
    ]
    list(put_lines(Sink(either), lines, Origin(tenant="default"), Kept(), datetime.now(UTC)))
    with either.begin() as connection:
        days = connection.execute(select(reviews.c.day).order_by(reviews.c.restaurant)).scalars()
        assert [str(day) for day in days] == ["2026-10-25", "2026-10-24"]

"""The cases that the console's reader is held to, too (tests/unit/api/console/test_file_reader.py)."""

import io
import re
from datetime import datetime

import pytest

from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.details import moment_of
from kritiq_client.bulk.records import BadInput
from kritiq_client.bulk.source import Source
from tests.unit.client.cases import MOMENTS, TABLES, bytes_of


@pytest.mark.parametrize("name", TABLES)
def test_a_file_has_its_reviews(name: str) -> None:
    case = TABLES[name]
    rows = Source.of(io.BytesIO(bytes_of(case)), case.get("file", "-"), columns=Columns()).rows()
    if "refused" in case:
        with pytest.raises(BadInput, match=re.escape(case["refused"])):
            list(rows)
        return
    found = list(rows)
    wanted = [dict(review) for review in case["reviews"]]
    for review in wanted:
        if "reviewed_at" in review:
            review["reviewed_at"] = datetime.fromisoformat(review["reviewed_at"])
    read = [
        {"text": row.text, **({"custom_id": row.identity} if row.identity else {}), **row.details}
        for row in found
        if row.text is not None
    ]
    # The console has no place for an id that is a path.
    read = [{key: value for key, value in row.items() if "/" not in str(value)} for row in read]
    assert (read, sum(row.problem is not None for row in found)) == (wanted, case["odd"])


@pytest.mark.parametrize("written", MOMENTS)
def test_a_day_or_time_is_what_is_written(written: str) -> None:
    meant = MOMENTS[written]
    assert moment_of(written) == (meant and datetime.fromisoformat(meant))

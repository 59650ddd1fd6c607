"""Kritiq's API as the dashboard asks it: the lines of batches, a job, and a correction that is passed on."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from examples.dashboard.correction import Correction
from examples.dashboard.event import line_of

#: Seconds that the API may say nothing, and while somebody waits for a correction.
TIMEOUT_S = 30.0
PATIENCE_S = 10.0
#: Most bytes of a refusal that are read.
MOST_REFUSAL = 64_000

#: The lines behind one of a batch, by their number. Raises OSError; LookupError when the batch is gone.
Fetch = Callable[[str, int], Iterable[bytes]]
#: What the API says of a job. Raises as `Fetch`.
FetchJob = Callable[[str], bytes]
#: Tell Kritiq a correction; the same said again is the same. Raises LookupError when the job is gone, Refused, NotTold.
Correct = Callable[[Correction], None]
#: What Kritiq says when it takes nothing just now.
BUSY = frozenset({429, 503})


class Refused(ValueError):
    """Kritiq says no, and would again."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class NoKey(OSError):
    """The file of the API key cannot be read, or holds none."""


class NotTold(OSError):
    """Kritiq has not said that it took a correction; later it may."""

    def __init__(self, why: Literal["no_key", "away", "busy", "unknown"], error: OSError) -> None:
        super().__init__(str(error))
        #: `unknown`: the request went out, and Kritiq may have taken it.
        self.why = why


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: urllib would make a GET of a POST, and show the key to whichever host it is sent to."""

    def redirect_request(self, *_: object) -> None:
        """Ask nobody else."""


def fetch_from(base: str, key_file: Path | None = None) -> Fetch:
    """Lines of the results as the API at `base` streams them to whoever shows the key in `key_file`."""

    def fetch(batch_id: str, after: int) -> Iterator[bytes]:
        with _opened(base, f"/v1/batches/{batch_id}/results?follow=false&after={after}", key_file) as answer:
            for row in answer:
                if not row.endswith(b"\n"):
                    raise OSError("the results broke off within a line")
                if row != b"\n":  # a sign of life
                    yield row

    return fetch


def fetch_job_from(base: str, key_file: Path | None = None) -> FetchJob:
    """A job as the API at `base` tells it to whoever shows the key in `key_file`."""

    def fetch(job_id: str) -> bytes:
        with _opened(base, f"/v1/jobs/{quote(job_id, safe='')}", key_file) as answer:
            body: bytes = answer.read()
            return body

    return fetch


def correct_at(base: str, key_file: Path | None = None) -> Correct:
    """Tells corrections to the API at `base`, as whoever has the key in `key_file`."""

    def correct(correction: Correction) -> None:
        body = {"sentence": correction.sentence, "aspect": correction.aspect, "polarity": correction.polarity}
        line = line_of(correction.job_id)
        about = f"/v1/batches/{line[0]}/lines/{line[1]}" if line else f"/v1/jobs/{quote(correction.job_id, safe='')}"
        try:
            with _opened(base, f"{about}/feedback", key_file, json.dumps(body).encode(), PATIENCE_S):
                pass
        except urllib.error.HTTPError as error:
            if error.code in BUSY:
                raise NotTold("busy", error) from None
            if error.code >= 500:
                raise NotTold("unknown", error) from None
            raise Refused(error.code, _detail(error)) from None
        except NoKey as error:
            raise NotTold("no_key", error) from None
        except urllib.error.URLError as error:  # before the request was out
            raise NotTold("away", error) from None
        except OSError as error:
            raise NotTold("unknown", error) from None

    return correct


def _detail(error: urllib.error.HTTPError) -> str:
    """Why Kritiq says no, in its words; of what is none of its answers, the status."""
    try:
        problem = json.loads(error.read(MOST_REFUSAL))
        where = "".join(f" ({each['detail']})" for each in problem.get("errors", ()))
        return f"{problem['detail']}{where}"
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return f"{error.code} {error.reason}"


def _key(file: Path) -> str:
    """The API key in a file, which no error quotes. Raises NoKey."""
    try:
        (key,) = file.read_text(encoding="ascii").split()
    except ValueError:
        raise NoKey(f"{file} holds no API key") from None
    except OSError as error:
        raise NoKey(str(error)) from None
    return key


@contextmanager
def _opened(
    base: str, path: str, key_file: Path | None, body: bytes | None = None, timeout_s: float = TIMEOUT_S
) -> Iterator[Any]:
    """An answer of the API. Raises OSError; LookupError when what is asked for is gone."""
    shown = {} if key_file is None else {"Authorization": f"Bearer {_key(key_file)}"}
    if body is not None:
        shown["Content-Type"] = "application/json"
    asked = urllib.request.Request(base.rstrip("/") + path, body, shown)  # noqa: S310  the operator's own address
    try:
        with urllib.request.build_opener(_StayHere).open(asked, timeout=timeout_s) as answer:
            yield answer
    except http.client.HTTPException as error:
        raise OSError(f"the answer broke off: {type(error).__name__}") from None
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            raise LookupError(path) from None
        raise

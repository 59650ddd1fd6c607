"""`POST /corrections`: what somebody says of a judgement goes to Kritiq, and once it is there, it counts here."""

import logging
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from examples.dashboard.correction import UnreadableCorrection, read_correction
from examples.dashboard.kritiq import Correct, NotTold, Refused
from examples.dashboard.origin import from_own_page
from examples.dashboard.problem import problem
from examples.dashboard.selection import read_language
from examples.dashboard.texts import Words

if TYPE_CHECKING:
    from examples.dashboard.app import Dashboard

log = logging.getLogger(__name__)

#: Names of this machine's own, as `Host` has them.
LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?", re.IGNORECASE)


def may_correct(dashboard: "Dashboard") -> bool:
    """Whether whoever asks now may correct something: there is an API to tell it, and a login or nobody else here."""
    return dashboard.correct is not None and (dashboard.has_login or is_here())


def is_here() -> bool:
    """Whether whoever asks now is on this machine.

    A page of somebody else's that is open in a browser on this machine could reach the dashboard by a name of its own
    (DNS rebinding): so `Host` has to be a name of this machine's. Anybody else may say that name: so the connection has
    to come from here, too.
    """
    return LOOPBACK.fullmatch(request.host) is not None and _from_here(request.remote_addr)


def _from_here(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:  # a socket of another kind
        return False


def routes(dashboard: "Dashboard") -> Blueprint:
    """The route of corrections."""
    blueprint = Blueprint("correcting", __name__)

    @blueprint.post("/corrections")
    def correct() -> Response:
        words = Words(read_language(request.args, request.accept_languages.values()))
        tell = dashboard.correct
        if tell is None or not may_correct(dashboard) or not _own_page(dashboard):
            return problem(403, words["wrong_not_here"])
        return _corrected(dashboard, tell, words)

    return blueprint


def _own_page(dashboard: "Dashboard") -> bool:
    """Whether a page of this dashboard's asks; without a login its name is all that tells who is on this machine."""
    return request.is_json and from_own_page(by_name=not dashboard.has_login)


def _corrected(dashboard: "Dashboard", tell: Correct, words: Words) -> Response:
    try:
        correction = read_correction(request.get_data(cache=False))
    except UnreadableCorrection as error:
        return problem(422, str(error))
    if not dashboard.store.has_sentence(correction):
        return problem(410, words["wrong_gone"])
    try:
        tell(correction)
    except LookupError:
        return problem(410, words["wrong_gone"])
    except Refused as error:
        log.warning("%s: Kritiq takes no correction: %s", correction.job_id, error)
        if error.status in (401, 403):
            return problem(502, words["wrong_key"])
        return problem(409, words["wrong_refused"].format(error))
    except NotTold as error:
        log.warning("%s: a correction is not known to have reached Kritiq: %s", correction.job_id, error)
        return problem(503, words[f"wrong_{error.why}"])
    # It may have been deleted meanwhile.
    if not dashboard.store.correct(correction):
        return problem(410, words["wrong_gone"])
    dashboard.signal.ring()
    return Response(status=204)

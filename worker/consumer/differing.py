"""What two versions of a model said differently is kept, if that can be done at once: no job waits for it."""

import logging

from jobs.differing import Differences
from jobs.errors import Unavailable
from jobs.job import Claim
from store.differing import DifferingStore

log = logging.getLogger(__name__)


def keep_differences(store: DifferingStore, claim: Claim, found: Differences) -> None:
    """Without Redis there is one example less."""
    try:
        store.keep(claim, found)
    except Unavailable as error:
        log.debug("what versions said differently is not kept: %s", error)

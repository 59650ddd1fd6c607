"""What an organisation's listeners are told of lists that change seldom, and of restaurants: that they have changed.

Scripts announce it (`store/lua/lib/lists.lua`) with what they change, on `keys.LISTS`;
of lists whose entries may be limited to restaurants with those of the entry that has changed.
"""

from enum import StrEnum


class Listed(StrEnum):
    """Lists of `/v1`; what is announced is the list's name."""

    AUDIT = "audit"
    ENDPOINTS = "endpoints"
    KEYS = "keys"
    MODELS = "models"
    RETRAININGS = "retrainings"
    WEBHOOK_LINKS = "webhook-links"


#: What is announced of restaurants whose summaries have changed, followed by their names.
RESTAURANTS = "restaurants"
#: In the place of an organisation: what is announced to all, since it is the whole deployment's.
EVERYBODY = "*"

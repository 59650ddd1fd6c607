"""How many endpoints there may be for whoever looks after some restaurants of an organisation alone."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """What a new endpoint must find, beside room in its organisation."""

    restaurants: frozenset[str]
    #: With so many endpoints of some of these restaurants, and of no others, none is made.
    most: int

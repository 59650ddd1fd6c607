"""How much every peer is asked for."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """Numbers of reviews unless it says otherwise."""

    #: One after the other.
    alone: int
    #: From `clients` clients in turns.
    turns: int
    clients: int
    #: Seconds for which reviews come at a rate, whoever is done or not.
    at_rate_s: float
    #: As bulk work, from `bulk_clients` clients where a peer has no call for many.
    bulk: int
    bulk_clients: int
    #: At once, and after how many answers a worker is killed.
    at_once: int
    kill_after: int
    #: Seconds without an answer after which the rest of them are given up: more than a lease and the start of a worker.
    quiet_s: float


FULL = Scale(
    alone=300, turns=2_000, clients=64, at_rate_s=20.0, bulk=10_000, bulk_clients=256, at_once=500, kill_after=100,
    quiet_s=40.0,
)  # fmt: skip
QUICK = Scale(
    alone=30, turns=320, clients=64, at_rate_s=4.0, bulk=600, bulk_clients=256, at_once=200, kill_after=40, quiet_s=40.0
)
#: Share of direct prediction's rate at which reviews come in the open loop, unless a rate is asked for.
SHARE_AT_RATE = 0.25
#: Reviews whose labels must be direct prediction's before a peer is measured.
CHECKED = 20

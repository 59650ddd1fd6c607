"""A version of a model that is offered to workers."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """Where it is to be had."""

    #: `name/version`.
    version: str
    #: In a store of models: `s3://bucket/models#name@digest`.
    address: str
    #: About what it takes in memory.
    bytes: int = 0

"""Which models others can be made of."""

from __future__ import annotations

from model.errors import ArtifactError
from model.inputs.auxiliary import Method
from model.scheme import Scheme


def check_member(name: str, method: Method, scheme: Scheme, *, composed: bool) -> None:
    """Raises ArtifactError for a model that none with this scheme can be made of; `composed`: it is made of others."""
    if composed:
        raise ArtifactError(f"{name} is made of other models itself: name those")
    if method.name != "single":
        raise ArtifactError(f"{name} is of the method {method.name}: models are made of `single` ones")
    if method.scheme != scheme:
        raise ArtifactError(f"{name} has another scheme than the model that is to be made of it")

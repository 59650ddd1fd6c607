"""What another release says of something: in a rolling upgrade it may know members that this one does not."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any


def known_members(form: type[Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Those that the dataclass `form` has; members of a newer version are passed over."""
    return {field.name: told[field.name] for field in fields(form) if field.name in told}

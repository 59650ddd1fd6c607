"""The OpenAPI document, by the letter."""

from typing import Any


def named_only(schema: Any) -> Any:
    """A schema, with all that are in it, that takes no members but those that it names."""
    match schema:
        case list():
            return [named_only(each) for each in schema]
        case dict():
            closed = {"additionalProperties": False} if "properties" in schema else {}
            return closed | {name: named_only(each) for name, each in schema.items()}
        case _:
            return schema

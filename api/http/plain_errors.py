"""What werkzeug refuses, in words that say what to do: its own are for people who type addresses."""

from flask import request
from werkzeug.exceptions import HTTPException

_SAID = {
    404: "There is nothing at this address.",
    405: "This address does not take this method; `Allow` says which it takes.",
    413: "The body is longer than the {most} bytes that this call takes, if need be when it is unpacked: send less at a"
    " time.",
}


def detail_of(error: HTTPException) -> str:
    """What is wrong: as it was said where it was raised, else in our words, where we have some."""
    if error.description and error.description != type(error).description:
        return error.description
    return _SAID.get(error.code or 500, error.description or "").format(most=request.max_content_length)

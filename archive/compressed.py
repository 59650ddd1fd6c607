"""Compressed files of results: the client's reader unpacks them, as it unpacks files of reviews."""

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, BinaryIO, cast

from jobs.errors import KritiqError

#: First bytes of what that reader unpacks; for other files it is not loaded, nor has it to be installed.
MARKS = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"PK\x03\x04")


class CannotUnpack(KritiqError):
    """A compressed file cannot be unpacked."""


@contextmanager
def unpacked(file: BinaryIO, name: str) -> Iterator[IO[bytes]]:
    """`file`, from where it stands, or what is in it when it is compressed. Raises CannotUnpack."""
    came = io.BufferedReader(cast(io.RawIOBase, file))
    try:
        if not came.peek(max(map(len, MARKS))).startswith(MARKS):
            yield came
            return
        try:
            from kritiq_client.bulk import compression
            from kritiq_client.bulk.records import BadInput
        except ModuleNotFoundError as error:
            missing = str(error.name).partition(".")[0]
            raise CannotUnpack(
                f"{name} is compressed, and {missing}, which unpacks it, is not installed here: unpack it first."
            ) from None
        with ExitStack() as stack:
            # What comes through a pipe can be read only once.
            held = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(came, held)
            try:
                content = stack.enter_context(compression.unpacked(held, name))
            except BadInput as error:
                raise CannotUnpack(str(error)) from None
            yield content
    finally:
        # Whoever opened the file closes it.
        came.detach()

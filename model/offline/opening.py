"""A file of reviews on this machine, from a pipe, or in an object store."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kritiq_client.bulk.compression import unpacked
from kritiq_client.bulk.records import BadInput
from kritiq_client.bulk.source import seekable

#: Bytes that are asked of an object store at once.
PIECE_BYTES = 2**20


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The file `name`, to be read from its beginning as often as needed: a path, - for stdin, or a URI such as s3://.

    Raises BadInput, OSError. URIs are pyarrow's, with credentials as it finds them.
    """
    if "://" not in name:
        with seekable(Path(name)) as file:
            yield file
        return
    try:
        from pyarrow import ArrowException
        from pyarrow.fs import FileSystem
    except ImportError:
        raise BadInput(f"{name} needs pyarrow: pip install pyarrow.") from None
    try:
        system, path = FileSystem.from_uri(name)
        native = system.open_input_file(path)
    except (ArrowException, OSError) as error:
        why = str(getattr(error, "strerror", None) or error).rstrip(".")
        raise BadInput(f"{name} cannot be read: {why}.") from None
    # Without a buffer it has no lines.
    with native, io.BufferedReader(native, PIECE_BYTES) as came, unpacked(came, name) as file:
        yield file

"""Files and dates as people have them, with what is read: by the command, and by the console."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: A day or time as it is written, and which it is, or None.
MOMENTS: dict[str, str | None] = json.loads((HERE / "moments.json").read_text(encoding="utf-8"))
#: Files by what is special about them.
TABLES: dict[str, dict[str, Any]] = {
    case["name"]: case for case in json.loads((HERE / "tables.json").read_text(encoding="utf-8"))
}


def bytes_of(case: dict[str, Any]) -> bytes:
    """The bytes of a file, of which parts may be in encodings of their own."""
    content = case["content"]
    parts = [[content, case["encoding"]]] if isinstance(content, str) else content["parts"]
    return b"".join(text.encode(encoding) for text, encoding in parts)

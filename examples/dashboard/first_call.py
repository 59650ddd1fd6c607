"""The call that the page shows while it knows of no review, as a terminal takes it."""

import json
from shlex import quote

from examples.dashboard.settings import Settings
from examples.dashboard.texts import Words

#: Where `make run` has Kritiq.
USUAL = "http://127.0.0.1:5000"


def first_call(settings: Settings, words: Words, *, here: bool) -> str:
    """Sends a review to Kritiq. `here`: whoever reads it is on this machine, and has what this dashboard has.

    Elsewhere Kritiq may have another address, and nobody hears where the key is.
    """
    known = settings.api if here else None
    address = (known or USUAL).rstrip("/") + "/v1/jobs"
    lines = [f"curl {quote(address)}"]
    if known is None:
        lines.append('-H "Authorization: Bearer $KRITIQ_API_KEY"')
    elif settings.api_key_file is not None:
        lines.append(f'-H "Authorization: Bearer $(cat {quote(str(settings.api_key_file))})"')
    body = json.dumps({"text": words["sample"], "restaurant": "adler"}, ensure_ascii=False)
    return " \\\n  ".join([*lines, "-H 'Content-Type: application/json'", f"-d {quote(body)}"])

"""Which version of a model judges a job, and why: what an alias came to when the job was first claimed."""

import re
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from jobs.members import known_members

#: The alias of jobs that name no model. While nobody has moved it, it is what each worker's KRITIQ_MODEL names.
DEFAULT = "default"
#: A name for whichever version it stands for now, and an exact version: a model's name and its version.
ALIAS = re.compile(r"[a-z][a-z0-9-]{0,63}")
VERSION = re.compile(r"[A-Za-z0-9._+-]{1,100}/[A-Za-z0-9._+-]{1,100}")
#: What a judgement is found by: the model's name, with its version or without.
JUDGED_BY = re.compile(r"[A-Za-z0-9._+-]{1,100}(?:/[A-Za-z0-9._+-]{1,100})?")
#: What a job may name.
MODEL = re.compile(f"{ALIAS.pattern}|{VERSION.pattern}")


def version_id(name: str, version: str) -> str:
    """A model's name and version as clients name them: `kritiq-mini/1`."""
    return f"{name}/{version}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The version that judges a job."""

    version: str
    #: The alias that it came from; None when the job named the version itself.
    alias: str | None = None
    #: Where the alias is split: the share of this version.
    share: int | None = None
    #: What judges it too, without its answer being given: the alias' shadow; in a rollout the stable version, of the
    #: candidate's share; of a few jobs of a split another version of it (`jobs.alias.Alias.compare`).
    shadow: str | None = None
    #: The rollout of its alias that it counts for (`jobs.rollout.Rollout.number`).
    rollout: int | None = None

    def told(self) -> dict[str, Any]:
        """Why, as answers have it beside the model's name and version."""
        return {name: value for name in ("alias", "share") if (value := getattr(self, name)) is not None}

    def encode(self) -> bytes:
        """As the record keeps it."""
        return orjson.dumps({name: value for name, value in asdict(self).items() if value is not None})

    @staticmethod
    def decode(data: bytes | None) -> "Choice | None":
        """The opposite; members of a newer version are passed over."""
        if not data:
            return None
        given = orjson.loads(data)
        return Choice(**known_members(Choice, given))

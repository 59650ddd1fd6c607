"""What a version of a model is called where it is kept, `NAME@DIGEST`: in caches, and in addresses of stores."""

import re

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
#: SHA-256 in hexadecimal.
DIGEST = r"[0-9a-f]{64}"
VERSION_NAME = re.compile(f"{NAME}@{DIGEST}", re.ASCII)

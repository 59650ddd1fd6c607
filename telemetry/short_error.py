"""What an error of redis-py's says, without what only its makers read."""

import re

#: A client of a Sentinel as redis-py writes it out: some 1,200 characters, in which its address is.
_CLIENT = re.compile(r"<redis\.client\.Redis\(.*?\bhost=([^,)]+),port=(\d+).*?\)>\)>\)>", re.DOTALL)


def in_short(text: str) -> str:
    """One line, with the addresses of Sentinels in place of all that is known of the connections to them."""
    return " ".join(_CLIENT.sub(r"\1:\2", text).split())

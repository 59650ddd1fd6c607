"""Which URLs a webhook may be sent to: what guards against server-side request forgery (SSRF).

One decision for creating, testing and sending.

`check` turns a URL into a Target whose address is pinned: the connection goes to exactly the address that was
decided about, so a name that changes its mind in between (DNS rebinding) gains nothing. Names are read by a strict
grammar of our own; no second parser ever sees the URL. Needs nothing but the standard library and jobs.errors.
"""

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from jobs.errors import KritiqError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Code = Literal["invalid_url", "blocked_address", "dns_error"]
#: Name and port in, addresses as text out; raises OSError. Tests inject theirs.
Resolve = Callable[[str, int], Iterable[str]]

MAX_URL = 2048
DEFAULT_PORTS = {"https": 443, "http": 80}
#: Longest wait for the name service, in seconds.
RESOLVE_TIMEOUT_S = 5.0

# re.ASCII: else IGNORECASE lets the Kelvin sign match "k" and the long s match "s".
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[a-z0-9._-]+|\[[0-9a-z:.]*\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?"
    r"(?P<query>\?(?:[a-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*)?",
    re.ASCII | re.IGNORECASE,
)
# The last label starts with a letter: every number notation that some resolver reads as an IPv4 address ends in a
# label that starts with a digit (127.1, 0177.0.0.1, 0x7f000001, 2130706433).
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?", re.ASCII)

#: IPv4 that is never called: IANA's special-purpose registry, multicast, and what clouds answer on. Written out,
#: because what `is_global` covers differs between patch releases of Python and leaves gaps in all of them.
_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; 100.100.100.200 is Alibaba's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's platform address: public space, answers inside the virtual machine
        "169.254.0.0/16",  # link-local, and the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is Oracle's metadata service
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
#: The only IPv6 block from which global unicast is given out. Outside of it lie ::/8 with every way to write an
#: IPv4 address inside (mapped, compatible, translated, NAT64), fc00::/7, fe80::/10, fec0::/10 and ff00::/8.
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)


class Blocked(KritiqError):
    """This URL cannot be called."""

    # One message for all: saying which rule or address refused would turn us into a scanner of our own network.

    def __init__(self, code: Code) -> None:
        super().__init__()
        self.code: Code = code
        #: A name that does not resolve today may resolve tomorrow.
        self.permanent = code != "dns_error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What the operator allows."""

    ports: frozenset[int] = frozenset({443, 8443})
    #: For development only: http, names without a dot, `127.0.0.1`, and loopback addresses on any port.
    allow_insecure: bool = False
    #: Ports of 127.0.0.1 that may be called by http all the same: the example dashboard's.
    local_ports: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A URL that passed, with the one address to connect to. Made by `check`."""

    scheme: str
    #: Lower case; what SNI, the certificate check and the Host header name.
    host: str
    port: int
    #: The decided address, as text.
    address: str
    #: Path and query as written.
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        return self.host if self.port == DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"


def addresses_of(host: str, port: int) -> Sequence[str]:
    """What the system's name service answers, in its order. Raises OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(answer[4][0]) for answer in answers]


def check(
    url: str, policy: Policy, resolve: Resolve = addresses_of, *, resolve_timeout_s: float = RESOLVE_TIMEOUT_S
) -> Target:
    """Decide about `url` and pin its address.

    Raises Blocked with the code `invalid_url` (not a URL of ours, or one that policy excludes by scheme or port),
    `blocked_address` (an IP literal, or any one of the answers is not public) or `dns_error` (no answer within
    `resolve_timeout_s` seconds). International names must be written in their `xn--` form.
    """
    parts = _URL.fullmatch(url) if len(url) <= MAX_URL else None
    if parts is None:
        raise Blocked("invalid_url")
    scheme, host = parts["scheme"].lower(), parts["host"].lower()
    port = int(parts["port"] or DEFAULT_PORTS[scheme])
    if host == "127.0.0.1" and scheme == "http" and port in policy.local_ports:
        path = (parts["path"] or "/") + (parts["query"] or "")
        return Target(scheme=scheme, host=host, port=port, address=host, path=path)
    if not policy.allow_insecure and (scheme != "https" or port not in policy.ports):
        raise Blocked("invalid_url")
    if policy.allow_insecure and host == "127.0.0.1":
        found = [host]
    else:
        _demand_name(host, single_label=policy.allow_insecure)
        found = _resolved(resolve, host, port, resolve_timeout_s)
    addresses = [_allowed(text, policy) for text in found]
    # Only loopback is reordered, for development: receivers listen on 127.0.0.1 more often than on ::1.
    address = min(addresses, key=lambda a: a.is_loopback and a.version == 6)
    if not 0 < port < 65536 or (port not in policy.ports and not address.is_loopback):
        raise Blocked("invalid_url")
    path = (parts["path"] or "/") + (parts["query"] or "")
    return Target(scheme=scheme, host=host, port=port, address=str(address), path=path)


def is_public(address: Address) -> bool:
    """Whether `address` is one that anybody on the internet can reach, and nothing of the machine or its cloud."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in block for block in _CLOSED_V4)
    # A zone id names an interface of ours.
    return (
        address.is_global
        and address.scope_id is None
        and address in _OPEN_V6
        and not any(address in block for block in _CLOSED_V6)
    )


def _demand_name(host: str, *, single_label: bool) -> None:
    if len(host) <= 253 and _NAME.fullmatch(host) and (single_label or "." in host):
        return
    literal = host.startswith("[") or host.rpartition(".")[2][:1].isdigit()
    raise Blocked("blocked_address" if literal else "invalid_url")


def _allowed(text: str, policy: Policy) -> Address:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Blocked("blocked_address") from None
    if is_public(address) or (policy.allow_insecure and address.is_loopback):
        return address
    raise Blocked("blocked_address")


def _resolved(resolve: Resolve, host: str, port: int, timeout_s: float) -> list[str]:
    """All answers for `host`. A daemon thread, because getaddrinfo knows no deadline and cannot be interrupted."""
    answer: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answer.put(list(resolve(host, port)))
        except Exception as error:
            answer.put(error)

    threading.Thread(target=look_up, name="ssrf-resolve", daemon=True).start()
    try:
        found = answer.get(timeout=max(timeout_s, 0))
    except queue.Empty:
        raise Blocked("dns_error") from None
    if isinstance(found, OSError | UnicodeError) or found == []:
        raise Blocked("dns_error") from None
    if isinstance(found, Exception):
        raise found
    return found

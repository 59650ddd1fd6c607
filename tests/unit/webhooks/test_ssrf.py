"""The SSRF guard: hostile addresses, hostile spellings, rebinding, and what must pass."""

import ipaddress
import socket
import threading
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.util import parse_url

from webhooks.ssrf import _CLOSED_V4, _CLOSED_V6, Blocked, Policy, Resolve, Target, check, is_public

POLICY = Policy()
DEVELOPMENT = Policy(allow_insecure=True)
URL = "https://hooks.example.com/kritiq"
PUBLIC = ["93.184.215.14", "8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a01:4f8::1"]

HOSTILE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


def answering(*addresses: str) -> Resolve:
    return lambda host, port: list(addresses)


def never(host: str, port: int) -> Sequence[str]:
    raise AssertionError(f"{host} must not be looked up")


def code_of(url: str, resolve: Resolve = never, policy: Policy = POLICY) -> str:
    with pytest.raises(Blocked) as raised:
        check(url, policy, resolve)
    assert str(raised.value) == "This URL cannot be called."
    return raised.value.code


def test_there_are_at_least_the_48_addresses_of_the_bake_off() -> None:
    assert len(set(HOSTILE)) >= 48


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_answer_is_refused(address: str) -> None:
    assert code_of(URL, answering(address)) == "blocked_address"


@pytest.mark.parametrize("address", HOSTILE)
def test_one_hostile_answer_among_public_ones_is_enough(address: str) -> None:
    for mixed in ([address, *PUBLIC], [*PUBLIC, address], [PUBLIC[0], address, PUBLIC[1]]):
        assert code_of(URL, answering(*mixed)) == "blocked_address"


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_literal_is_refused_without_a_lookup(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    expected = "invalid_url" if "%" in address else "blocked_address"
    assert code_of(f"https://{host}/") == expected


@pytest.mark.parametrize(
    "host",
    [
        "8.8.8.8",
        "[2606:4700:4700::1111]",
        "2130706433",
        "0x7f000001",
        "0X7F000001",
        "0x7f.0.0.1",
        "017700000001",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "0",
        "127.0.0.0x1",
        "example.com.127.1",
        "[::ffff:7f00:1]",
        "[::1]",
        "[::]",
        "[]",
        "[v1.x]",
        "1.2.3.4.5",
    ],
)
def test_numbers_and_literals_are_addresses_not_names(host: str) -> None:
    assert code_of(f"https://{host}/") == "blocked_address"
    assert code_of(f"https://{host}:8443/") == "blocked_address"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "https:hooks.example.com",
        "https:/hooks.example.com/",
        "//hooks.example.com/",
        "hooks.example.com",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "gopher://hooks.example.com/",
        "https+unix://hooks.example.com/",
        "ﬁle://hooks.example.com/",
        "httpſ://hooks.example.com/",
        "https://user@hooks.example.com/",
        "https://user:pass@hooks.example.com/",
        "https://@hooks.example.com/",
        "https://hooks.example.com@127.0.0.1/",
        "https://hooks.example.com:443@127.0.0.1/",
        "https://127.0.0.1\\@hooks.example.com/",
        "https://hooks.example.com\\.internal/",
        "https:\\\\hooks.example.com/",
        "https://hooks.example.com#@127.0.0.1/",
        "https://hooks.example.com/#fragment",
        "https://hooks.example.com./",
        "https://127.0.0.1./",
        "https://hooks..example.com/",
        "https://.example.com/",
        "https://-a.example.com/",
        "https://a-.example.com/",
        "https://a_b.example.com/",
        f"https://{'a' * 64}.example.com/",
        f"https://{'a.' * 127}com/",
        f"https://hooks.example.com/{'a' * 2048}",
        "https://localhost/",
        "https://metadata/",
        "https://hooks.example.com:80/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:65536/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:/",
        "https://hooks.example.com:-443/",
        "https://hooks.example.com:+443/",
        "https://hooks.example.com:４４３/",
        "https://hooks.example.com:443:443/",
        "https://hooks.example.com/a b",
        " https://hooks.example.com/",
        "https://hooks.example.com/ ",
        "https://hooks.example.com/\n",
        "https://hooks.example.com/\r\nX-Evil: 1",
        "https://hooks.example.com\r\n/",
        "https://hooks.exa\tmple.com/",
        "https://hooks.example.com/\x00",
        "https://hooks.example.com\x00.evil.example/",
        "https://hooks.example.com/\x7f",
        "https://hooks.example.com/é",
        "https://hooks.example.com/%",
        "https://hooks.example.com/%2",
        "https://hooks.example.com/%zz",
        "https://%31%32%37.0.0.1/",
        "https://hooks%2eexample.com/",
        "https://hooks.example.com%00.evil.example/",
        "https://①②⑦.⓪.⓪.①/",
        "https://１２７.0.0.1/",
        "https://127。0。0。1/",
        "https://127．0．0．1/",
        "https://hooks.example。com/",
        "https://müller.example/",
        "https://hoo\u212as.example.com/",  # the Kelvin sign
        "https://faß.example/",
        "https://hooks.example\u00ad.com/",
        "https://hooks.example\u200b.com/",
        "https://\u202ehooks.example.com/",
        "https://[::ffff:7f00:1/",
        "https://::1/",
        "https://[fe80::1%25eth0]/",
        "https://hooks.example.com/?q=[]",
        'https://hooks.example.com/?q="',
    ],
)
def test_what_is_not_a_url_of_ours_is_refused_without_a_lookup(url: str) -> None:
    assert code_of(url) == "invalid_url"


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        (URL, "hooks.example.com", 443, "/kritiq", "hooks.example.com"),
        ("HTTPS://Hooks.Example.COM", "hooks.example.com", 443, "/", "hooks.example.com"),
        ("https://hooks.example.com:443/", "hooks.example.com", 443, "/", "hooks.example.com"),
        ("https://hooks.example.com:8443/a?b=c&d", "hooks.example.com", 8443, "/a?b=c&d", "hooks.example.com:8443"),
        ("https://hooks.example.com?b=c", "hooks.example.com", 443, "/?b=c", "hooks.example.com"),
        (
            "https://a.xn--mller-kva.example/%0d%0A",
            "a.xn--mller-kva.example",
            443,
            "/%0d%0A",
            "a.xn--mller-kva.example",
        ),
        ("https://0x7f.example/@/", "0x7f.example", 443, "/@/", "0x7f.example"),
        ("https://1-2.3com.xn--p1ai/", "1-2.3com.xn--p1ai", 443, "/", "1-2.3com.xn--p1ai"),
    ],
)
def test_what_passes_is_pinned(url: str, host: str, port: int, path: str, authority: str) -> None:
    target = check(url, POLICY, answering("93.184.215.14", "2606:4700:4700::1111"))
    assert target == Target(scheme="https", host=host, port=port, address="93.184.215.14", path=path)
    assert target.authority == authority


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    assert check(URL, POLICY, answering(address)).address == address


def test_the_first_of_several_public_answers_is_taken() -> None:
    assert check(URL, POLICY, answering(*PUBLIC)).address == PUBLIC[0]
    assert check(URL, POLICY, answering(*PUBLIC[::-1])).address == PUBLIC[-1]


def test_ports_are_the_operators_to_choose() -> None:
    policy = Policy(ports=frozenset({9443}))
    assert check("https://hooks.example.com:9443/", policy, answering("8.8.8.8")).port == 9443
    assert code_of(URL, never, policy) == "invalid_url"


def test_rebinding_between_two_checks_is_seen_and_within_one_impossible() -> None:
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    assert check(URL, POLICY, rebinding).address == "93.184.215.14"
    assert asked == ["hooks.example.com"]
    assert code_of(URL, rebinding) == "blocked_address"


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), TimeoutError(), OSError(), UnicodeError()])
def test_a_name_without_an_answer_is_a_dns_error_and_may_be_tried_again(error: Exception) -> None:
    def fail(host: str, port: int) -> Sequence[str]:
        raise error

    assert code_of(URL, fail) == "dns_error"
    assert code_of(URL, answering()) == "dns_error"
    assert not Blocked("dns_error").permanent
    assert Blocked("blocked_address").permanent


def test_a_resolver_that_is_broken_is_not_the_receivers_fault() -> None:
    with pytest.raises(AssertionError):
        check(URL, POLICY, never)


def test_an_answer_that_is_no_address_is_refused() -> None:
    for nonsense in ("", "localhost", "8.8.8.8 ", "0177.0.0.1", "127.1", "8.8.8.8\n"):
        assert code_of(URL, answering(nonsense)) == "blocked_address"


def test_a_name_service_that_hangs_holds_nobody() -> None:
    release = threading.Event()

    def hang(host: str, port: int) -> Sequence[str]:
        release.wait(10)
        return ["8.8.8.8"]

    started = time.monotonic()
    with pytest.raises(Blocked) as raised:
        check(URL, POLICY, hang, resolve_timeout_s=0.05)
    assert raised.value.code == "dns_error"
    assert time.monotonic() - started < 1
    release.set()


def test_development_allows_loopback_and_nothing_else_that_is_private() -> None:
    assert check("http://127.0.0.1:5050/hook", DEVELOPMENT, never).address == "127.0.0.1"
    assert check("http://localhost:5050/", DEVELOPMENT, answering("::1", "127.0.0.1")).address == "127.0.0.1"
    assert check("https://localhost:5051/", DEVELOPMENT, answering("::1")).address == "::1"
    for address in set(HOSTILE) - {"127.0.0.1", "127.255.255.254", "::1"}:
        assert code_of("http://localhost:5050/", answering(address), DEVELOPMENT) == "blocked_address"
    for url in ("http://127.1/", "http://2130706433/", "http://[::1]/", "http://0.0.0.0/", "http://169.254.169.254/"):
        assert code_of(url, never, DEVELOPMENT) == "blocked_address"


def test_development_keeps_the_ports_off_loopback() -> None:
    assert code_of("http://hooks.example.com:25/", answering("8.8.8.8"), DEVELOPMENT) == "invalid_url"
    assert code_of("http://127.0.0.1:0/", never, DEVELOPMENT) == "invalid_url"
    assert code_of("http://127.0.0.1:99999/", never, DEVELOPMENT) == "invalid_url"


# Properties.

closed = st.sampled_from([str(block) for block in (*_CLOSED_V4, *_CLOSED_V6)]).flatmap(
    lambda block: st.ip_addresses(network=block)
)
addresses = st.ip_addresses()


@given(closed)
def test_no_address_of_a_closed_block_is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert not is_public(address)
    assert code_of(URL, answering(str(address))) == "blocked_address"


@given(addresses)
def test_public_is_never_wider_than_what_python_knows(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    closed_to_python = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or not address.is_global
    )
    assert not (is_public(address) and closed_to_python)


@given(st.ip_addresses(v=4), st.sampled_from([0, 0xFFFF << 32, 0xFFFF << 48, 0x64FF9B << 96, 0x2002 << 112]))
def test_no_ipv4_address_hides_in_ipv6(inner: ipaddress.IPv4Address, prefix: int) -> None:
    assert not is_public(ipaddress.IPv6Address(prefix | int(inner)))


@given(st.lists(addresses, min_size=1, max_size=6))
def test_one_bad_answer_spoils_all(found: list[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> None:
    resolve = answering(*map(str, found))
    if all(map(is_public, found)):
        assert check(URL, POLICY, resolve).address == str(found[0])
    else:
        assert code_of(URL, resolve) == "blocked_address"


@given(st.ip_addresses(v=4), st.integers(1, 4), st.sampled_from(["{:d}", "0{:o}", "{:#x}", "{:#X}"]))
def test_no_notation_of_an_ipv4_address_is_a_name(address: ipaddress.IPv4Address, parts: int, form: str) -> None:
    octets = list(address.packed)
    numbers = [*octets[: parts - 1], int.from_bytes(bytes(octets[parts - 1 :]), "big")]
    host = ".".join(form.format(number) for number in numbers)
    assert code_of(f"https://{host}/") == "blocked_address"


PIECES = (
    "https http : / // :// \\ @ # ? % %2f [ ] . .. - _ a hooks.example.com example com localhost 127.0.0.1 ::1 443 8443"
    " 0x7f 2130706433 xn-- xn--p1ai ① 。 ß ſ \u212a \u200d"
)
pieces = st.sampled_from([*PIECES.split(), " ", "\t", "\r\n", "\x00"])


@given(st.one_of(st.text(), st.lists(pieces, max_size=12).map("".join), st.lists(pieces).map("".join).map(URL.__add__)))
@example("https://hooks.example.com:443/@127.0.0.1")
@example("https://hooks.example.com?@127.0.0.1/")
def test_any_text_is_refused_or_means_the_same_to_every_parser(url: str) -> None:
    try:
        target = check(url, POLICY, answering("8.8.8.8"))
    except Blocked:
        return
    for theirs in (urlsplit(url), parse_url(url)):
        assert (theirs.hostname, theirs.port or 443, theirs.scheme) == (target.host, target.port, "https")
    assert urlsplit(url).username is None
    assert target.port in POLICY.ports
    assert target.path.startswith("/")
    assert target.path.isascii()
    assert target.path.isprintable()
    assert " " not in target.path


class TestLocalPorts:
    """What `make run` allows for its example dashboard: one port of 127.0.0.1, and nothing else."""

    POLICY = Policy(local_ports=frozenset({5050}))

    def test_it_is_called_by_http(self) -> None:
        target = check("http://127.0.0.1:5050/webhooks/kritiq?x=1", self.POLICY)
        assert (target.address, target.port, target.path) == ("127.0.0.1", 5050, "/webhooks/kritiq?x=1")

    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1:5000/", "http://127.0.0.1:6389/", "http://127.0.0.1/", "http://127.0.0.2:5050/",
            "http://localhost:5050/", "http://[::1]:5050/", "http://127.1:5050/", "http://2130706433:5050/",
            "https://127.0.0.1:5050/", "http://127.0.0.1:50501/", "http://kritiq.example.com:5050/",
        ],
    )  # fmt: skip
    def test_nothing_else_is(self, url: str) -> None:
        with pytest.raises(Blocked):
            check(url, self.POLICY, answering("127.0.0.1"))

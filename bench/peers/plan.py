"""Who is measured when: in turns, so that a busy minute of the machine hits all alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.peers.environment import NotHere
from bench.peers.figures import Figures, Row
from bench.peers.peer import DIRECT, PEERS, Peer


def wanted(only: Sequence[str]) -> list[Peer]:
    """The peers of these names, all of them for none; direct prediction always, the ratios are to it."""
    return [peer for peer in PEERS if not only or peer.name in only or peer.name == DIRECT]


def in_rounds(
    peers: Sequence[Peer],
    rounds: int,
    measure: Callable[[Peer], Figures],
    unmeasurable: Mapping[str, str],
    tell: Callable[[str], None] = lambda line: None,
) -> Iterator[Row]:
    """Measure each peer once a round, A B C A B C, and give a row for each.

    `unmeasurable` has why a peer cannot be measured, by name. Whoever raises NotHere is left out from then on, with its
    reason.
    """
    why_not = dict(unmeasurable)
    found: dict[str, list[Figures]] = {peer.name: [] for peer in peers}
    for number in range(rounds):
        for peer in peers:
            if peer.name in why_not:
                continue
            try:
                found[peer.name].append(measure(peer))
            except NotHere as error:
                why_not[peer.name] = str(error)
            tell(f"round {number + 1}, {peer.name}: {why_not.get(peer.name) or found[peer.name][-1].to_json()}")
    for peer in peers:
        yield Row(title=peer.title, rounds=found[peer.name], direct=found[DIRECT], why_not=why_not.get(peer.name, ""))

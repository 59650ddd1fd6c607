"""What workers do to the model and to Redis, in whatever order: claim, end, hand back, die, or lose Redis for a while.

The part of the batches' state machine (`test_batch_machine`) that knows claims and who holds them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import hypothesis.strategies as st
import orjson
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from jobs.choice import DEFAULT, Choice
from jobs.errors import KritiqError
from jobs.job import Claim, Outcome, Status
from jobs.lane import Lane
from jobs.line import LineStatus, decode_chunk, encode_results, error_line, status_of, success_line, unjudged_line
from jobs.rollout import RolloutState
from store.aliases import AliasStore
from store.audit import AuditStore
from store.lost_models import LostModelStore
from store.rollouts import RolloutStore
from tests.support.factories import LEASE_MS, MODEL, failed, make_job
from tests.support.worlds import ModelWorld, RedisWorld

STRIKES, TTL_MS = 3, 300_000
#: What becomes of an attempt, and of a message that another client sent.
OUTCOME = st.sampled_from(["judged", "judged", "judged", "failed", "expired"])
MESSAGE = st.sampled_from(["adopt", "adopt", "drop", "release"])
#: Versions of models, and those that a worker serves; none: it takes whatever there is.
VERSIONS = ("fake/1", "fake/2")
SERVES = st.sampled_from([(), (), VERSIONS, VERSIONS[:1], VERSIONS[1:]])
#: What jobs ask for.
MODELS = st.sampled_from([None, None, "candidate", VERSIONS[1]])
#: What the model and Redis gave for the same call.
Pair = tuple[Any, Any]


def judged(claim: Claim, poor: int) -> Outcome:
    """A success: of a chunk, every line is good but those that are no reviews, culprits and those numbered `poor`."""
    if not claim.chunk:
        found = {"food": claim.weight, "service": 1}
        tally = {claim.request.restaurant: {claim.day or "": counted(found)}} if claim.request.restaurant else None
        return Outcome(claim=claim, status=Status.SUCCEEDED, result=result_of(found), model=MODEL, tally=tally)
    rows, tallies = [], dict[str, dict[str, Counter[str]]]()
    for line in decode_chunk(claim.text):
        if line.number == poor or line.number in claim.culprits:
            rows.append(error_line(line, claim.request, "prediction_failed", "No."))
            continue
        if line.problem:
            rows.append(unjudged_line(line, claim.request))
            continue
        found = {"food": line.weight, "service": line.number % 2}
        rows.append(success_line(line, claim.request, result_of(found)))
        asked = line.asked(claim.request)
        if asked.restaurant:
            days = tallies.setdefault(asked.restaurant, {})
            days.setdefault(asked.reviewed_at or claim.day or "", Counter()).update(counted(found))
    became = Counter(map(status_of, rows))
    good, skipped = became[LineStatus.SUCCEEDED], became[LineStatus.SKIPPED]
    return Outcome(
        claim=claim, status=Status.SUCCEEDED, result=encode_results(rows), model=MODEL, tally=tallies or None,
        good=good, bad=len(rows) - good - skipped, skipped=skipped,
    )  # fmt: skip


def counted(found: Mapping[str, int]) -> dict[str, int]:
    """What so many sentences with each aspect add to a summary."""
    return {f"{aspect}|positive": count for aspect, count in found.items() if count}


def result_of(found: Mapping[str, int]) -> bytes:
    """A result with so many sentences with each aspect."""
    sentences = [{"aspects": {aspect: {"polarity": "positive"}}} for aspect in found for _ in range(found[aspect])]
    return orjson.dumps({"language": "de", "sentences": sentences})


class WorkerRules(RuleBasedStateMachine):
    """Rules for workers; whoever inherits sets the attributes when it begins."""

    worlds: tuple[ModelWorld, RedisWorld]
    #: The ids of single jobs.
    jobs: list[str]
    #: What was claimed: by job while it is held, and all of it, held or not.
    held: dict[str, Pair]
    claimed: list[Pair]
    #: What is held of which lines were erased: what its holder finds counts for nothing, and it waits again.
    redone: set[str]
    #: The version that each job was given to at its last attempt.
    judged_by: dict[str, Choice | None]

    def agree(self, call: Any) -> Any:
        """Do `call(0 or 1)` to the model and to Redis; both answer the same, errors included."""
        answers = []
        for index in (0, 1):
            try:
                answers.append(call(index))
            except KritiqError as error:
                answers.append(type(error))
        assert answers[0] == answers[1]
        return answers[0]

    @rule(
        jobs=st.integers(1, 4), weight=st.integers(1, 12), idle=st.booleans(),
        lane=st.sampled_from([None, None, *Lane]), message=MESSAGE, serves=SERVES,
    )  # fmt: skip
    def a_worker_claims(
        self, jobs: int, weight: int, idle: bool, lane: Lane | None, message: str, serves: tuple[str, ...]
    ) -> None:
        """And holds it."""
        self.claim(jobs=jobs, weight=weight, idle=idle, lane=lane, message=message, serves=serves)

    @rule(jobs=st.integers(1, 4), message=MESSAGE, outcome=OUTCOME, poor=st.integers(1, 8), serves=SERVES)
    def a_worker_does_what_waits(
        self, jobs: int, message: str, outcome: str, poor: int, serves: tuple[str, ...]
    ) -> None:
        claims = self.claim(jobs=jobs, weight=100, idle=not self.held, message=message, serves=serves)
        self.complete(claims, outcome, poor)

    @rule(
        name=st.sampled_from([DEFAULT, "candidate"]),
        versions=st.lists(st.sampled_from(VERSIONS), min_size=1, unique=True),
        share=st.integers(1, 99), moved=st.sampled_from([0, 0, 0, 1]),
    )  # fmt: skip
    def an_operator_moves_an_alias(self, name: str, versions: list[str], share: int, moved: int) -> None:
        """Sometimes when somebody else has just moved it."""
        known = self.worlds[0].store.aliases.all().get(name)
        revision = (known.revision if known else 0) + moved
        aliases = (self.worlds[0].store.aliases, AliasStore(self.worlds[1].redis))
        shares = dict(zip(versions, (share, 100 - share), strict=False))
        self.agree(lambda index: aliases[index].move(name, shares, revision=revision, compare=50).revision)

    @rule(name=st.sampled_from([DEFAULT, "candidate"]), moved=st.sampled_from([0, 0, 0, 1]))
    def an_operator_deletes_an_alias(self, name: str, moved: int) -> None:
        known = self.worlds[0].store.aliases.all().get(name)
        revision = (known.revision if known else 0) + moved
        aliases = (self.worlds[0].store.aliases, AliasStore(self.worlds[1].redis))
        self.agree(lambda index: aliases[index].delete(name, revision=revision))

    @rule(candidate=st.sampled_from(VERSIONS))
    def an_operator_rolls_a_version_out(self, candidate: str) -> None:
        known = self.worlds[0].store.aliases.all().get(DEFAULT)
        revision = known.revision if known else 0
        aliases = (self.worlds[0].store.aliases, AliasStore(self.worlds[1].redis))
        self.agree(lambda index: aliases[index].roll_out(DEFAULT, candidate, revision=revision).versions)

    @rule(further=st.booleans())
    def the_reconciler_decides(self, further: bool) -> None:
        known = self.worlds[0].store.aliases.all().get(DEFAULT)
        if known is None or known.rollout is None or known.rollout.state.terminal:
            return
        of = known.rollout
        to = of.stepped([], 0, reviews=0) if further else of.ended(RolloutState.ROLLED_BACK, [], 0)
        theirs = AliasStore(self.worlds[1].redis)
        audit = AuditStore(self.worlds[1].redis, most=10, lifetime_s=60)
        self.worlds[0].store.aliases.decide(known, to)
        theirs.decide(theirs.all()[DEFAULT], to, audit=audit, action="rollout")

    @rule(candidate=st.sampled_from(VERSIONS), home=st.sampled_from(["", *VERSIONS]))
    def the_reconciler_takes_back_what_waits_for_a_candidate(self, candidate: str, home: str) -> None:
        stores = (self.worlds[0].store, RolloutStore(self.worlds[1].redis))
        self.agree(lambda index: stores[index].take_back(candidate, home=home if home != candidate else ""))

    @rule(version=st.sampled_from(VERSIONS))
    def the_reconciler_gives_up_what_waits_for_a_version(self, version: str) -> None:
        stores = (self.worlds[0].store, LostModelStore(self.worlds[1].redis))
        self.agree(lambda index: stores[index].give_up(version, "No worker serves it."))

    def claim(self, *, message: str, **given: Any) -> list[Pair]:
        """What is claimed, with `message` done to what other clients sent: it is adopted, dropped or released."""
        taken = list(zip(*(world.store.claim(lease_ms=LEASE_MS, **given) for world in self.worlds), strict=True))
        pairs = []
        for pair in taken:
            if isinstance(pair[0], Claim):
                pairs.append(pair)
            elif message == "adopt":
                pairs += self.adopted(pair)
            elif message == "drop":
                assert self.agree(lambda index, pair=pair: self.worlds[index].store.drop(pair[index])) is None
            else:
                assert self.agree(lambda index, pair=pair: self.worlds[index].store.release([pair[index].tag])) == 1
        for one, two in pairs:
            for part in (
                "id",
                "attempt",
                "text",
                "request",
                "weight",
                "chunk",
                "suspect",
                "singled",
                "culprits",
                "choice",
            ):
                assert getattr(one, part) == getattr(two, part), (one.id, part)
            assert one.id not in self.held, "two attempts at one job at once"
            serves = given.get("serves", ())
            assert not (one.choice and serves) or one.choice.version in serves, "it is served"
            before = self.judged_by.get(one.id)
            # What a rollout gave its candidate it may take back before it is judged.
            taken_back = before is not None and before.rollout is not None and before.shadow is not None
            assert taken_back or before in (None, one.choice), "no job has two versions"
            self.judged_by[one.id] = one.choice
            self.held[one.id] = (one, two)
            self.redone.discard(one.id)
        self.claimed += pairs
        return pairs

    def adopted(self, pair: Pair) -> list[Pair]:
        """The claims; none when the alias of all jobs has been moved: then it waits, as any other job."""
        name = pair[0].tag.removeprefix("sent-")
        assert pair[1].tag == pair[0].tag
        job = make_job(id=name, ttl_ms=TTL_MS)
        self.jobs.append(name)
        first, second = (
            world.store.adopt(message, job, "Gut.", lease_ms=LEASE_MS)
            for world, message in zip(self.worlds, pair, strict=True)
        )
        if not isinstance(first, Claim):
            assert first is second is Status.QUEUED
            return []
        again = self.worlds[1].store.adopt(pair[1], job, "Gut.", lease_ms=LEASE_MS)
        assert again == second, "the same call again, after its answer was lost"
        return [(first, second)]

    @precondition(lambda self: self.claimed)
    @rule(data=st.data(), outcome=OUTCOME, poor=st.integers(1, 8))
    def a_worker_ends_what_it_claimed(self, data: st.DataObject, outcome: str, poor: int) -> None:
        """Also what it was not the owner of any more."""
        self.complete(self.some(data), outcome, poor)

    def complete(self, pairs: Sequence[Pair], outcome: str, poor: int) -> None:
        def outcome_of(claim: Claim) -> Outcome:
            if outcome == "expired":
                return Outcome(claim=claim, status=Status.EXPIRED)
            return judged(claim, poor) if outcome == "judged" else failed(claim)

        states = self.agree(lambda i: self.worlds[i].store.complete([outcome_of(pair[i]) for pair in pairs]))
        for pair, state in zip(pairs, states, strict=True):
            if (
                state is None
                and outcome == "judged"
                and self.held.get(pair[0].id) == pair
                and pair[0].id in self.redone
            ):
                del self.held[pair[0].id]
                continue
            assert (state is not None) == (self.held.get(pair[0].id) == pair), "only who holds a job ends it"
            if state is not None:
                del self.held[pair[0].id]

    @precondition(lambda self: self.claimed)
    @rule(data=st.data())
    def a_worker_hands_back(self, data: st.DataObject) -> None:
        pairs = self.some(data)
        own = [pair for pair in pairs if self.held.get(pair[0].id) == pair]
        jobs = [self.worlds[0].store.get(pair[0].tenant, pair[0].id).job for pair in own]
        back = self.agree(lambda i: self.worlds[i].store.release([pair[i].tag for pair in pairs]))
        assert back == sum(not job.cancel_requested for job in jobs)
        for pair in own:
            del self.held[pair[0].id]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), line=st.integers(0, 3))
    def a_worker_dies(self, data: st.DataObject, line: int) -> None:
        """Its leases end while it judges a line, everybody else's go on; a sweep takes back what it held."""
        pairs = [pair for pair in self.some(data) if self.held.get(pair[0].id) == pair]
        own = sorted(pairs, key=lambda pair: str(pair[1].tag))
        for i, world in enumerate(self.worlds):
            for pair in own:
                world.store.mark_line(pair[i], line or None)
            world.store.renew([pair[i] for pair in own], lease_ms=1_000)
            others = [pair[i] for pair in self.held.values() if pair not in own]
            world.store.renew(others, lease_ms=LEASE_MS * 100)
            world.advance(2_000)
        self.agree(lambda i: self.worlds[i].store.sweep(strikes=STRIKES))
        for pair in own:
            del self.held[pair[0].id]

    def some(self, data: st.DataObject) -> list[Pair]:
        """Some of what was claimed, mostly what is held."""
        choices = list(self.held.values()) * 4 + self.claimed
        return data.draw(st.lists(st.sampled_from(choices), min_size=1, max_size=4, unique_by=lambda pair: pair[0].tag))

    @precondition(lambda self: self.held)
    @rule(seconds=st.sampled_from([1, 20]))
    def redis_is_away(self, seconds: int) -> None:
        """Nobody could renew meanwhile, so what ran out lives on for a while, and is renewed."""
        self.agree(lambda i: self.worlds[i].store.sweep(strikes=STRIKES, quiet_ms=10_000))
        self.renew(10_500)
        for world in self.worlds:
            world.advance(seconds * 1000)
        assert self.agree(lambda i: self.worlds[i].store.sweep(strikes=STRIKES, quiet_ms=10_000)) == (0, 0)
        self.renew(LEASE_MS)

    def renew(self, lease_ms: int) -> None:
        pairs = list(self.held.values())
        states = self.agree(lambda i: self.worlds[i].store.renew([pair[i] for pair in pairs], lease_ms=lease_ms))
        assert None not in states, "what is held is renewed"

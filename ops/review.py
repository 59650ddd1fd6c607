"""`kritiq review`: a person labels where versions of a model differ, and what the model is least sure of."""

import heapq
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import click

from jobs.batch import BatchFilter
from jobs.doubt import Doubt, doubts, read_answer
from jobs.errors import FeedbackFull, NotFound
from jobs.feedback import BY, Answers, Correction, JudgedLine, judged_sentences, language_of
from jobs.job import DEFAULT_TENANT, Job, Status
from jobs.request import Form
from jobs.settings import Settings, load_settings
from jobs.stored import JobFilter
from ops.audit import note
from store.aliases import AliasStore
from store.answers import AnswerStore
from store.batches import BatchStore
from store.checks import open_redis
from store.connection import Client
from store.disputes import newest_differing
from store.feedback import Changed, FeedbackStore
from store.jobs import RedisStore
from store.traffic import model_key
from telemetry.printable import printable

#: When it was made, what it is, and what it was found to say.
Review = tuple[int, Job | JudgedLine, bytes | None]
#: Jobs that are read at once.
_STEP = 100
COUNT = click.IntRange(1, 100_000)
#: Ends it.
QUIT = "q"


@click.command("review")
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="The organisation.")
@click.option("--restaurant", help="Only its reviews.")
@click.option("--by", help="Your own id, which stands with what you say.")
@click.option(
    "--reviews",
    type=COUNT,
    default=500,
    show_default=True,
    help="The newest that are looked through, lines of batches included.",
)
@click.option("--most", type=COUNT, default=20, show_default=True, help="Sentences that are shown.")
def review_command(tenant: str, restaurant: str | None, by: str | None, reviews: int, most: int) -> None:
    """Show the sentences that most need a person, and keep what you say of them as feedback.

    First those of which the two versions of a rollout, or a model and its shadow, say different things, then those of
    whose judgement the model is least sure.

    Answer with `ok` when all is right, with ASPECT=POLARITY for what is not (`none`: the sentence does not speak of
    it), several with spaces between, also beside `ok`; with nothing to pass over it, with q to end. What somebody has
    spoken of already is not shown again. `kritiq retrain` learns from it.
    """
    if by is not None and not BY.fullmatch(by):
        raise click.BadParameter(
            "should have 1 to 200 characters, and none that controls a terminal", param_hint="--by"
        )
    settings = load_settings()
    kept = shown = 0
    with open_redis(settings) as client:
        found = _chosen(client, tenant, restaurant, reviews, most)
        for shown, doubt in enumerate(found, 1):
            _show(doubt, f"{shown} of {len(found)}")
            said = _ask(doubt, AnswerStore(client))
            if said is None:
                break
            for aspect, polarity in said.items():
                correction = Correction(sentence=doubt.sentence.index, aspect=aspect, polarity=polarity, by=by)
                kept += _keep(client, settings, doubt, correction)
    note(settings, tenant, "kritiq review", sentences=str(shown))
    click.echo(f"{kept} opinions are kept" if found else "there is no opinion that nobody has spoken of")


def _chosen(client: Client, tenant: str, restaurant: str | None, reviews: int, most: int) -> list[Doubt]:
    """What is shown: where versions differ, the newest first, then what the model is least sure of."""
    disputed = {
        (each.job.id, each.sentence.index): each for each in islice(_disputes(client, tenant, restaurant), most)
    }
    unsure = (
        each
        for each in _doubts(client, tenant, restaurant, reviews)
        if (each.job.id, each.sentence.index) not in disputed
    )
    return [
        *disputed.values(),
        *heapq.nsmallest(most - len(disputed), unsure, key=lambda each: each.confidence),
    ]


def _disputes(client: Client, tenant: str, restaurant: str | None) -> Iterator[Doubt]:
    """Sentences of which two versions say different things, and nobody has said which is right."""
    feedback = FeedbackStore(client)
    for alias in AliasStore(client).all():
        for each in newest_differing(client, tenant, alias, restaurant=restaurant):
            told = feedback.of(tenant, each.job.id)
            said = {(one.sentence, one.aspect) for one in told.corrections} if told else set()
            if any((each.sentence.index, aspect) not in said for aspect in each.other):
                yield Doubt(
                    job=each.job, language=language_of(each.result), sentence=each.sentence, confidence=0.0,
                    version=each.version, other=each.other,
                )  # fmt: skip


def _doubts(client: Client, tenant: str, restaurant: str | None, reviews: int) -> Iterator[Doubt]:
    """Of the newest reviews that were judged."""
    feedback = FeedbackStore(client)
    newest = heapq.merge(
        _jobs(client, tenant, restaurant), _lines(client, tenant, restaurant), key=lambda each: -each[0]
    )
    for _, about, result in islice(newest, reviews):
        if result is not None:
            told = feedback.of(tenant, about.id)
            said = {(each.sentence, each.aspect) for each in told.corrections} if told else set()
            yield from doubts(about, language_of(result), judged_sentences(result), said)


def _jobs(client: Client, tenant: str, restaurant: str | None) -> Iterator[Review]:
    """Newest first; without a result those whose result has another form."""
    store, place = RedisStore(client), None
    wanted = JobFilter(status=Status.SUCCEEDED, restaurant=restaurant)
    while True:
        page = store.page(tenant, wanted, size=_STEP, before=place)
        for job in page.jobs:
            yield job.created_at, job, store.get(tenant, job.id).result if job.request.form is Form.V1 else None
        if page.next is None:
            return
        place = page.next


def _lines(client: Client, tenant: str, restaurant: str | None) -> Iterator[Review]:
    """Batch by batch, newest first, and in a batch in their order."""
    store, place = BatchStore(client), None
    while True:
        page = store.page(tenant, BatchFilter(about=restaurant), size=_STEP, before=place)
        for batch in page.found:
            # Of a batch that is deleted meanwhile there is no more.
            with suppress(NotFound):
                for line in store.judged_lines(batch):
                    if restaurant in (None, line.request.restaurant):
                        yield batch.created_at, line, line.result
        if page.next is None:
            return
        place = page.next


def _show(doubt: Doubt, place: str) -> None:
    sentence = doubt.sentence
    click.echo(printable(f"\n{place}: {sentence.text}"))
    for aspect, (polarity, sure) in sorted(sentence.aspects.items(), key=lambda each: each[1][1]):
        also = f"; {doubt.version} says {doubt.other[aspect]}" if aspect in doubt.other else ""
        click.echo(printable(f"   {aspect} {polarity}, {sure:.0%}{also}"))
    for aspect, polarity in doubt.other.items():
        if aspect not in sentence.aspects:
            click.echo(printable(f"   {aspect} none; {doubt.version} says {polarity}"))


def _ask(doubt: Doubt, answers: AnswerStore) -> dict[str, str] | None:
    """What the person says, by aspect; None to end. Asks again until it can be read."""
    model = doubt.job.model or {}
    known = answers.get(model_key(model.get("name", ""), model.get("version", ""))) or Answers(
        aspects=(), polarities=()
    )
    while True:
        try:
            line = click.prompt("", default="", show_default=False, prompt_suffix="> ").strip()
        except click.Abort:
            # What was said before is kept.
            line = QUIT
        if line == QUIT:
            return None
        try:
            return dict(read_answer(line, doubt.sentence, known))
        except ValueError as error:
            click.echo(printable(str(error)), err=True)


def _keep(client: Client, settings: Settings, doubt: Doubt, said: Correction) -> bool:
    """Whether it is kept: its job or batch may have gone meanwhile. Raises FeedbackFull."""
    what = "batch" if isinstance(doubt.job, JudgedLine) else "job"
    try:
        kept = FeedbackStore(client).put(
            doubt.job, doubt.language, doubt.sentence, said, most=settings.feedback_jobs,
            ttl_ms=settings.feedback_ttl_s * 1000,
        )  # fmt: skip
    except Changed:
        # Somebody's lines were taken out of it: whether this one was, the next call sees.
        click.echo("its batch changed meanwhile: review it again", err=True)
        return False
    if kept is None:
        click.echo(f"its {what} was deleted meanwhile", err=True)
        return False
    if not kept:
        raise FeedbackFull
    return True

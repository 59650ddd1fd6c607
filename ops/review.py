"""`kritiq review`: a person labels where versions of a model differ, and what the model is least sure of."""

import click

from jobs.doubt import Doubt, DoubtFilter, read_answer
from jobs.errors import FeedbackFull
from jobs.feedback import BY, Answers, Correction, JudgedLine
from jobs.job import DEFAULT_TENANT
from jobs.settings import Settings, load_settings
from ops.audit import noted
from store.answers import AnswerStore
from store.checks import open_redis
from store.connection import Client
from store.doubts import most_doubtful
from store.feedback import Changed, FeedbackStore
from store.traffic import model_key
from telemetry.printable import printable

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

    First those of which two versions of a rollout or a split, or a model and its shadow, say different things, then
    those of whose judgement the model is least sure.

    Answer with `ok` when all is right, with ASPECT=POLARITY for what is not (`none`: the sentence does not speak of
    it), several with spaces between, also beside `ok`; with nothing to pass over it, with q to end. What somebody has
    spoken of already is not shown again, and `ok` leaves it as they said. `kritiq retrain` learns from it.
    """
    if by is not None and not BY.fullmatch(by):
        raise click.BadParameter(
            "should have 1 to 200 characters, and none that controls a terminal", param_hint="--by"
        )
    settings = load_settings()
    kept = 0
    with open_redis(settings, tenants=[tenant]) as client, noted(settings, tenant, "kritiq review") as objects:
        wanted = DoubtFilter(reviews=reviews, restaurant=restaurant)
        found = most_doubtful(client, tenant, wanted, most=most)
        objects["sentences"] = "0"
        for shown, doubt in enumerate(found, 1):
            objects["sentences"] = str(shown)
            _show(doubt, f"{shown} of {len(found)}")
            answer = _ask(doubt, AnswerStore(client))
            if answer is None:
                break
            for aspect, polarity in answer.items():
                correction = Correction(sentence=doubt.sentence.index, aspect=aspect, polarity=polarity, by=by)
                kept += _keep(client, settings, doubt, correction)
    click.echo(f"{kept} opinions are kept" if found else "there is no opinion that nobody has spoken of")


def _show(doubt: Doubt, place: str) -> None:
    sentence, corrected = doubt.sentence, {each.aspect: each.polarity for each in doubt.corrections}
    click.echo(printable(f"\n{place}: {sentence.text}"))
    surest_last = sorted(sentence.aspects.items(), key=lambda each: each[1][1])
    lines = {aspect: f"{aspect} {polarity}, {sure:.0%}" for aspect, (polarity, sure) in surest_last}
    for aspect, line in (lines | {each: f"{each} none" for each in doubt.other if each not in lines}).items():
        also = f"; {doubt.version} says {doubt.other[aspect]}" if aspect in doubt.other else ""
        told = f"; somebody has said {corrected[aspect]}" if aspect in corrected else ""
        click.echo(printable(f"   {line}{also}{told}"))


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
            return dict(read_answer(line, doubt, known))
        except ValueError as error:
            click.echo(printable(str(error)), err=True)


def _keep(client: Client, settings: Settings, doubt: Doubt, correction: Correction) -> bool:
    """Whether it is kept: its job or batch may have gone meanwhile. Raises FeedbackFull."""
    what = "batch" if isinstance(doubt.job, JudgedLine) else "job"
    try:
        kept = FeedbackStore(client).put(
            doubt.job, doubt.language, doubt.sentence, correction, most=settings.feedback_jobs,
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

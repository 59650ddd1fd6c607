"""A job as a person reads it."""

from dataclasses import dataclass

from kritiq_client.job_answers import Job
from kritiq_client.results import Sentence

#: Widest column of the sentences.
TEXT_WIDTH = 56


@dataclass(frozen=True, kw_only=True, slots=True)
class Widths:
    """Characters of each column: those of the longest entry of the whole job."""

    text: int
    aspect: int
    polarity: int


def job_table(job: Job) -> str:
    """The job in one line, and below it each sentence with what it says of which aspect."""
    lines = [_headline(job)]
    if job.result is not None:
        sentences = job.result.sentences
        judged = [(name, aspect) for sentence in sentences for name, aspect in sentence.aspects.items()]
        widths = Widths(
            text=max((min(TEXT_WIDTH, len(_flat(sentence))) for sentence in sentences), default=0),
            aspect=max((len(name) for name, _ in judged), default=0),
            polarity=max((len(aspect.polarity) for _, aspect in judged), default=0),
        )
        for sentence in sentences:
            lines.append("")
            lines += _sentence(sentence, widths)
    return "\n".join(lines)


def _headline(job: Job) -> str:
    line = f"{job.id}  {job.status}"
    if job.finished_at is not None:
        line += f" in {(job.finished_at - job.created_at).total_seconds():.3f} s"
    if job.model is not None:
        line += f" by {job.model.name} {job.model.version}"
    if job.status == "scheduled" and job.not_before is not None:
        line += f" for {job.not_before.astimezone().isoformat(sep=' ', timespec='seconds')}"
    if job.result is not None and job.result.overall is not None:
        line += f": {job.result.overall.polarity} {job.result.overall.confidence:.2f}"
    if job.queue is not None:
        eta = f", about {job.queue.eta_s:g} s" if job.queue.eta_s is not None else ""
        line += f", number {job.queue.position} in the queue{eta}"
        if job.queue.waits_for is not None:
            line += f", waits for a worker with {job.queue.waits_for}"
    if job.error is not None:
        line += f": {job.error.message} ({job.error.code})"
    return line


def _sentence(sentence: Sentence, widths: Widths) -> list[str]:
    text = _flat(sentence)
    text = text if len(text) <= widths.text else text[: widths.text - 1] + "…"
    rows = [
        f"{name:<{widths.aspect}} {aspect.polarity:<{widths.polarity}}  {aspect.confidence:.2f}"
        for name, aspect in sentence.aspects.items()
    ]
    rows = rows or ["-"]
    return [f"  {text if number == 0 else '':<{widths.text}}  {row}" for number, row in enumerate(rows)]


def _flat(sentence: Sentence) -> str:
    """On one line, and without control characters that a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in sentence.text)

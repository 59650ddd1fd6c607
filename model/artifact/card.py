"""The model card: what was trained on what, how good it is, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from model.artifact.manifest import Manifest
from model.artifact.variants import Variant
from model.composition import CASCADE

LIMITS = "## Limits"
VARIANTS = "## Other ways to run it"
#: How the line begins that says how sure an opinion has to be; it began otherwise before December 2026.
IN_BFLOAT16 = "In bfloat16 it keeps "
SURE = ("Sureness: ", "Opinions held with a confidence of at least")


@dataclass(frozen=True, kw_only=True, slots=True)
class CardFacts:
    """What the card tells beyond the manifest."""

    #: Lines that say of what and how it was made: `trained` or `composed`.
    made: tuple[str, ...]
    dev_data: str
    #: Report of `model.evaluation.report` on the dev data.
    report: Mapping[str, Any]
    #: Temperature, the expected calibration errors before it (where that was measured) and after it, and how sure an
    #: opinion has to be (`confidence_low`, None where no sureness is enough) with the share of opinions that are
    #: (`sure`).
    calibration: Mapping[str, Any]
    limits: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def write(manifest: Manifest, facts: CardFacts) -> str:
    """The card as Markdown, with the head that model hubs read."""
    report = facts.report
    rows = [
        f"| {aspect} | {report['acd']['aspects'][aspect]['support']} | {report['acd']['aspects'][aspect]['f1']:.3f} "
        f"| {report['acsa']['aspects'][aspect]['f1']:.3f} |"
        for aspect in manifest.method.scheme.aspects
    ]
    lines = [
        "---",
        f"language: [{', '.join(manifest.languages)}]",
        "pipeline_tag: text-classification",
        "tags: [aspect-based-sentiment-analysis, restaurant-reviews]",
        "---",
        "",
        f"# {manifest.name} {manifest.version}",
        "",
        f"Says of each sentence of a review which of {len(manifest.method.scheme.aspects)} aspects it speaks of "
        f"({', '.join(manifest.method.scheme.aspects)}) and how it judges them "
        f"({', '.join(manifest.method.scheme.polarities)}).",
        "",
        f"- Method: {manifest.method.name}; at most {manifest.max_tokens} tokens a row",
        *facts.made,
        *facts.notes,
        "",
        f"## Scores on {facts.dev_data}",
        "",
        f"{report['sentences']} sentences; micro-F1: aspects {report['acd']['f1']:.3f}, "
        f"aspects with polarity {report['acsa']['f1']:.3f}.",
        "",
        "| aspect | labels | F1 aspect | F1 with polarity |",
        "|---|---|---|---|",
        *rows,
        "",
        _calibration(facts.calibration),
        *_sure(facts.calibration),
        *(["", rounded_line(report["bfloat16"])] if "bfloat16" in report else []),
        "",
        LIMITS,
        "",
        *(f"- {limit}" for limit in facts.limits or DEFAULT_LIMITS),
        "",
    ]
    return "\n".join(lines)


def trained(
    *, base: str, training_data: str, sentences: int, seconds: float, configuration: Mapping[str, Any]
) -> tuple[str, ...]:
    """What a trained network is made of."""
    return (
        f"- Starts from: {base}",
        f"- Trained on: {training_data} ({sentences} sentences, {seconds:.0f} s)",
        f"- Configuration: `{dict(configuration)}`",
    )


def composed(manifest: Manifest, share: float) -> tuple[str, ...]:
    """What a model is made of that is made of others; of `share` of the sentences a cascade's first is unsure."""
    composition = manifest.composition
    assert composition is not None
    lines = [
        f"- Made of: {each.name}, {each.path}, version {each.digest}, whose log-probabilities count {each.weights[0]}"
        if len(set(each.weights)) == 1
        else f"- Made of: {each.name}, {each.path}, version {each.digest}; weights by aspect {list(each.weights)}"
        for each in composition.members
    ]
    if composition.kind == CASCADE:
        lines.append(
            f"- {composition.members[0].name} judges every sentence, the others only those in which it is expected to "
            f"have more than {composition.unsure} labels wrong, by its own confidences: {100 * share:.0f} % of the "
            f"sentences below. Temperature of what it judges alone: {composition.first_temperature}"
        )
    return (*lines, "- Nothing was trained: weights, threshold and temperatures were fitted on the sentences below")


def sure_line(confidence_low: float | None, share: float | None, measured_on: str) -> str:
    """How sure the model has to be of an opinion, as the card says it. Of those on `measured_on`, `share` are."""
    if confidence_low is None or share is None:
        return (
            f"{SURE[0]}of the opinions on {measured_on}, no 100 or more are sure enough that at least 95 in 100 are "
            "right. None is marked `low_confidence`."
        )
    return (
        f"{SURE[0]}of the opinions on {measured_on}, {100 * share:.0f} % have a confidence of at least "
        f"{confidence_low:.4f}; at least 95 in 100 of those are right, by Wilson's lower bound (95 % sure for "
        "one confidence, less for the lowest of the many that were tried). The others are marked `low_confidence`."
    )


def rounded_line(kept: Mapping[str, float | None]) -> str:
    """What is written of the labels that bfloat16 keeps: of all, and of those that say something."""
    spoken = kept["spoken_agreement"]
    return f"{IN_BFLOAT16}{kept['agreement']} of the labels; of those that say something, {spoken}."


def with_line(text: str, start: str | tuple[str, ...], line: str) -> str:
    """A card that was written, with that line in it, once: in place of one that begins with `start`."""
    lines = text.split("\n")
    at = next((number for number, each in enumerate(lines) if each.startswith(start)), None)
    if at is not None:
        return "\n".join([*lines[:at], line, *lines[at + 1 :]])
    end = lines.index(LIMITS) if LIMITS in lines else len(lines)
    return "\n".join([*lines[:end], line, "", *lines[end:]])


def with_variants(text: str, variants: Mapping[str, Variant]) -> str:
    """A card that was written, with a table of what runs the network as well, once; without one if nothing does."""
    head, found, old = text.partition(f"{VARIANTS}\n")
    if found:
        end = old.find("\n## ")
        text = head + ("" if end < 0 else old[end + 1 :])
    if not variants:
        return text
    head, limits, rest = text.partition(LIMITS)
    return "\n".join([head.rstrip(), "", *_variants(variants), "", limits]) + rest


def _variants(variants: Mapping[str, Variant]) -> list[str]:
    places = dict.fromkeys(f"{each.benchmark.processor}, {each.benchmark.cores} cores" for each in variants.values())
    return [
        VARIANTS,
        "",
        "Sentences a second without the file and with it, in turns, on the machine that made it "
        f"({'; '.join(places)}); and what it says beside the network itself in float32.",
        "",
        "| file | backend | made by | before | after | ratio | labels equal | logits differ by |",
        "|---|---|---|---|---|---|---|---|",
        *(_variant(name, each) for name, each in sorted(variants.items())),
    ]


def _variant(name: str, of: Variant) -> str:
    """Its row of the table."""
    made_by = " ".join(f"{what} {version}" for what, version in of.made_by.items())
    measured, alone = of.benchmark, f", for {of.machine} alone" if of.machine else ""
    return (
        f"| `{name}` | {of.backend} {of.dtype} | {made_by}{alone} "
        f"| {measured.before:.1f} | {measured.after:.1f} | {measured.ratio:.2f} "
        f"| {of.agreement:.2%} of {of.labels} | {of.max_difference:.2g} |"
    )


def _calibration(calibration: Mapping[str, Any]) -> str:
    before = f"{calibration['ece_before']} before, " if "ece_before" in calibration else ""
    return (
        f"Calibration: temperature {calibration['temperature']}; calibration error of the opinions (ECE) "
        f"{before}{calibration['ece_after']} after, on these sentences."
    )


def _sure(calibration: Mapping[str, Any]) -> list[str]:
    return ["", sure_line(calibration.get("confidence_low"), calibration.get("sure"), "these sentences")]


DEFAULT_LIMITS = (
    "Judges one sentence at a time: what only the sentence before makes clear goes unseen.",
    "Made for restaurant reviews; elsewhere its confidences mean nothing.",
)

"""The report as one HTML page: tables, and pictures as inline SVG. Nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; --bar: #2f6f9f; --soft: #d9902f; --line: #8888; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; } th, td { padding: .2rem .7rem; text-align: right; }
th:first-child, td:first-child, .words th, .words td { text-align: left; vertical-align: top; }
tr { border-bottom: 1px solid var(--line); }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; } svg { max-width: 100%; height: auto; }
"""


def page(title: str, report: Mapping[str, Any], wrong: Sequence[Mapping[str, Any]] = ()) -> str:
    """The page of a report of `kritiq evaluate`; `wrong` are rows of its predictions that were not right."""
    acd, acsa = report["acd"], report["acsa"]
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{report['sentences']} sentences. Micro-F1: aspects {acd['f1']:.3f}, with polarity {acsa['f1']:.3f}; "
        f"macro-F1: {report['macro_f1']['acd']:.3f} and {report['macro_f1']['acsa']:.3f}; "
        f"calibration error {report['ece']:.3f}.</p>",
        "<h2>Aspects</h2>",
        '<p><span style="color: var(--bar)">■</span> F1 of the aspect, '
        '<span style="color: var(--soft)">■</span> F1 with its polarity</p>',
        bars({aspect: (acd["aspects"][aspect]["f1"], acsa["aspects"][aspect]["f1"]) for aspect in acd["aspects"]}),
        table(
            ("aspect", "labels", "precision", "recall", "F1", "F1 with polarity"),
            [
                (aspect, row["support"], row["precision"], row["recall"], row["f1"], acsa["aspects"][aspect]["f1"])
                for aspect, row in acd["aspects"].items()
            ],
        ),
        "<p>Zero stands where there was nothing to find, too: see the labels.</p>",
        "<h2>Polarities</h2>",
        "<p>Rows are true, columns predicted. A cell is the darker, the larger its share of the row.</p>",
        heat(report["confusion"]["polarities"], report["confusion"]["all"]),
        table(
            ("polarity", "labels", "accuracy", "F1", "found", "polarity accuracy of these"),
            [
                (name, row["support"], row["accuracy"], row["f1"], row["found"], row["polarity_accuracy"])
                for name, row in report["polarities"].items()
            ],
        ),
        "<h2>Slices</h2>",
        *(
            table((kind, "sentences", "F1 aspects", "F1 with polarity", "found", "polarity accuracy of these"),
                  [(name, row["sentences"], row["acd_f1"], row["acsa_f1"], row["found"], row["polarity_accuracy"])
                   for name, row in values.items()])
            for kind, values in report["slices"].items()
        ),
    ]  # fmt: skip
    if "comparison" in report:
        parts += _comparison(report["comparison"])
    if wrong:
        parts += ["<h2>Sentences that were not right</h2>", _wrong(wrong)]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def table(header: Sequence[str], rows: Sequence[Sequence[object]], *, kind: str = "numbers") -> str:
    """A table of `numbers`, of which those with a fraction get three digits of it, or of `words`."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    lines = [
        "<tr>" + "".join(f"<td>{escape(f'{cell:.3f}' if isinstance(cell, float) else str(cell))}</td>" for cell in row)
        + "</tr>"
        for row in rows
    ]  # fmt: skip
    return f'<table class="{kind}"><tr>{head}</tr>\n' + "\n".join(lines) + "</table>"


def bars(values: Mapping[str, tuple[float, float]]) -> str:
    """Two bars a name, 0 to 1: F1 of the aspect, and with its polarity."""
    shapes = []
    for row, (name, pair) in enumerate(values.items()):
        top = 10 + row * 34
        shapes.append(f'<text x="110" y="{top + 18}" text-anchor="end">{escape(name)}</text>')
        for index, (value, colour) in enumerate(zip(pair, ("--bar", "--soft"), strict=True)):
            y = top + index * 13
            shapes.append(f'<rect x="120" y="{y}" width="{value * 400:.1f}" height="11" style="fill: var({colour})"/>')
            shapes.append(f'<text x="{126 + value * 400:.1f}" y="{y + 10}">{value:.3f}</text>')
    height = 20 + len(values) * 34
    return (
        f'<svg viewBox="0 0 600 {height}" width="600" role="img" aria-label="F1 per aspect, and with polarity">'
        + "".join(shapes) + "</svg>"
    )  # fmt: skip


def heat(names: Sequence[str], cells: Sequence[Sequence[int]]) -> str:
    """A confusion matrix: rows are true, columns predicted; a cell is the darker, the larger its share of the row."""
    size, shapes = 64, []
    for row, counts in enumerate(cells):
        whole = sum(counts) or 1
        shapes.append(f'<text x="84" y="{62 + row * size}" text-anchor="end">{escape(names[row])}</text>')
        for column, count in enumerate(counts):
            x, y = 90 + column * size, 26 + row * size
            shapes.append(
                f'<rect x="{x}" y="{y}" width="{size - 2}" height="{size - 2}" '
                f'style="fill: var(--bar)" fill-opacity="{count / whole:.3f}" stroke="#8888"/>'
                f'<text x="{x + size / 2 - 1}" y="{y + size / 2 + 4}" text-anchor="middle">{count}</text>'
            )
    heads = [
        f'<text x="{90 + column * size + size / 2}" y="18" text-anchor="middle">{escape(name)}</text>'
        for column, name in enumerate(names)
    ]
    width, height = 100 + len(names) * size, 34 + len(names) * size
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="True polarity by predicted one">'
        + "".join(heads + shapes) + "</svg>"
    )  # fmt: skip


def _comparison(found: Mapping[str, Any]) -> list[str]:
    rows = [
        (told, found[name]["one"], found[name]["other"], found[name]["difference"],
         "{:.3f} to {:.3f}".format(*found[name]["difference_interval"]))
        for name, told in (("acd", "aspects"), ("acsa", "with polarity"))
    ]  # fmt: skip
    test = found["mcnemar"]
    return [
        f"<h2>Beside {escape(str(found.get('against', 'the other model')))}</h2>",
        table(("micro-F1", "this model", "the other", "difference", "95 % interval"), rows),
        f"<p>Sentences that only this model got wholly right: {test['only_one']}, only the other: "
        f"{test['only_other']}; McNemar's exact test: p = {test['p']}.</p>",
    ]


def _wrong(rows: Sequence[Mapping[str, Any]]) -> str:
    def shown(aspects: Mapping[str, Any]) -> str:
        return ", ".join(f"{aspect} {polarity}" for aspect, polarity in aspects.items()) or "none"

    return table(
        ("sentence", "true", "predicted"),
        [
            (row["text"], shown(row["aspects"]), shown({a: p["polarity"] for a, p in row["predicted"].items()}))
            for row in rows
        ],
        kind="words",
    )

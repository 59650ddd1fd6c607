"""What came of a sweep: a table and pictures, as one HTML file, as SVG and as PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import optuna
import resvg_py
from optuna.trial import FrozenTrial, TrialState

from model.errors import DataError
from model.sweep.figures import Trial, curves_picture, importance_picture, pareto, pareto_picture
from model.sweep.running import DONE
from telemetry.counted import counted

#: Of a PNG, for each unit of the SVG.
PIXELS = 2.0
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}"
    "table{border-collapse:collapse}th,td{padding:.2rem .7rem;text-align:left;border-bottom:1px solid #ddd}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}svg{max-width:100%;height:auto}"
)


def trials_of(study: optuna.Study) -> list[Trial]:
    """Those that have ended, best first."""
    found = [_trial(each) for each in study.get_trials(states=DONE)]
    return sorted(found, key=lambda each: (each.pruned, -each.acsa_f1, each.number))


def _trial(told: FrozenTrial) -> Trial:
    pruned = told.state is TrialState.PRUNED
    curve = tuple(told.user_attrs.get("curve", ()))
    return Trial(
        number=told.number,
        parameters=told.params,
        acsa_f1=(curve[-1] if curve else 0.0) if pruned else float(told.value or 0.0),
        ms_a_sentence=told.user_attrs.get("ms_a_sentence"),
        curve=curve,
        pruned=pruned,
    )


def importance_of(study: optuna.Study) -> dict[str, float]:
    """Setting -> its share of what differs between scores; empty while too few differ to tell."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(complete) < 4 or len({each.value for each in complete}) < 2:
        return {}
    return optuna.importance.get_param_importances(study, evaluator=optuna.importance.PedAnovaImportanceEvaluator())


def write_page(study: optuna.Study, output: Path) -> list[Trial]:
    """`sweep.html`, and its pictures as SVG and PNG files; returns the trials. Raises DataError."""
    trials, importance = trials_of(study), importance_of(study)
    pictures = {"pareto": pareto_picture(trials), "curves": curves_picture(trials)}
    if importance:
        pictures["importance"] = importance_picture(importance)
    try:
        for name, picture in pictures.items():
            (output / f"{name}.svg").write_text(picture, encoding="utf-8")
            (output / f"{name}.png").write_bytes(resvg_py.svg_to_bytes(svg_string=picture, zoom=PIXELS))
        (output / "sweep.html").write_text(_page(trials, pictures), encoding="utf-8")
    except OSError as error:
        raise DataError(f"{output} cannot be written: {error.strerror or error}") from error
    return trials


def table(trials: Sequence[Trial]) -> list[list[str]]:
    """A head, then a row for each trial."""
    names = list(dict.fromkeys(name for each in trials for name in each.parameters))
    front = {each.number for each in pareto(trials)}
    rows = [
        [
            str(each.number),
            f"{each.acsa_f1:.4f}",
            "pruned" if each.pruned else f"{each.ms_a_sentence:.2f}",
            "yes" if each.number in front else "",
            *(_said(each.parameters.get(name)) for name in names),
        ]
        for each in trials
    ]
    return [["trial", "acsa F1", "ms a sentence", "front", *names], *rows]


def _said(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)


def _page(trials: Sequence[Trial], pictures: Mapping[str, str]) -> str:
    head, *rows = table(trials)
    titles = {"pareto": "Score against pace", "curves": "Learning curves", "importance": "What the score goes with"}
    body = "".join(f"<h2>{titles[name]}</h2>{picture}" for name, picture in pictures.items())
    cells = "".join("<tr>" + "".join(f'<td class="n">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows)
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Sweep</title><style>{_STYLE}</style>'
        f"<h1>Sweep: {counted(len(trials), 'trial')}</h1>{body}"
        f"<h2>Trials</h2><table><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table></html>\n"
    )

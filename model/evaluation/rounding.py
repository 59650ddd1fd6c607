"""How many labels of a model are the same when it computes in fewer digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.artifact.agreement import agreement
from model.predictor import Predictor


def labels_kept(exact: Predictor, rough: Predictor, texts: Sequence[str]) -> Mapping[str, float | None]:
    """Shares of the labels of these sentences that are the same in both: of all (`agreement`), and of those that either
    speaks of (`spoken_agreement`; None where none is spoken of).
    """
    wanted, found = ([judged.labels for judged in each.judge_sentences(texts)] for each in (exact, rough))
    none = exact.info.scheme.none
    return {"agreement": agreement(found, wanted), "spoken_agreement": agreement(found, wanted, none)}

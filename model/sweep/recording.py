"""A trial as a run of MLflow, where that is installed: it is no dependency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any


def recorded(number: int, parameters: Mapping[str, Any], found: Mapping[str, float], curve: Sequence[float]) -> None:
    """Tell MLflow, which its own variables say where to find (MLFLOW_TRACKING_URI), of a trial and its epochs."""
    if find_spec("mlflow") is None:
        return
    mlflow: Any = import_module("mlflow")
    with mlflow.start_run(run_name=f"trial-{number}"):
        mlflow.log_params(dict(parameters))
        for epoch, acsa_f1 in enumerate(curve, 1):
            mlflow.log_metric("dev_acsa_f1", acsa_f1, step=epoch)
        mlflow.log_metrics(dict(found))

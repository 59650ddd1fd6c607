"""Two texts that every model can judge: they load what its first uses load, and tell a broken model from a bad text."""

from model.errors import OutOfMemory
from model.predictor import Predictor

#: One text for each language that has sentence parameters of its own.
TEXTS = ("Das Essen war gut. Der Service auch.", "The food was good. The service was too.")


def probe(predictor: Predictor) -> None:
    """Judge them. Raises whatever the model raises."""
    inputs = [read for text in TEXTS for sentence in predictor.split(text)[1] for read in sentence.inputs]
    predictor.judge(predictor.encode(inputs))


def why_broken(predictor: Predictor) -> str | None:
    """What the model fails of on whatever text it is asked about; None where it works, as far as there is memory."""
    try:
        probe(predictor)
    except OutOfMemory:
        return None
    # Whatever a model's files, libraries and device come up with.
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def warm_up(predictor: Predictor) -> None:
    """Whatever is loaded or compiled at its first uses, such as Punkt's parameters, no review should wait for."""
    for _ in range(2):
        probe(predictor)

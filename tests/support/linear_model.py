"""A linear model that says of two words that the food is good, made in no time."""

from pathlib import Path

import numpy as np

from model.artifact.linear import LinearModel, write
from model.artifact.manifest import Manifest
from model.artifact.sealing import seal
from model.inputs.auxiliary import Method
from model.inputs.terms import Lengths
from model.runtime.linear import LinearWeights


def make_linear_model(directory: Path) -> Path:
    """Its version is `NAME/1`; of every other aspect, and of other words, it says `none`."""
    method = Method(name="single")
    scheme, outputs = method.scheme, method.outputs
    weights = np.zeros((2, outputs), dtype=np.float32)
    weights[:, scheme.aspects.index("food") * len(scheme.polarities) + scheme.polarities.index("positive")] = 8.0
    bias = np.tile(np.array([float(name == "none") for name in scheme.polarities], dtype=np.float32), 9)
    learned = LinearWeights(weights=weights, bias=bias, rarity=np.ones(2, dtype=np.float32), words=2)
    directory.mkdir()
    write(directory, LinearModel(lengths=Lengths(), words=("essen", "gut"), letters=(), learned=learned))
    seal(directory, Manifest(name=directory.name, version="1", method=method, max_tokens=160, linear=True))
    return directory

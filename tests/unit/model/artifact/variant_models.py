"""A model directory whose network runs in more ways than one."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from model.artifact.manifest import Manifest, read_manifest
from model.artifact.sealing import seal
from model.artifact.variants import Benchmark, Variant
from model.inputs.auxiliary import Method
from model.networks.mini import Mini, MiniSizes
from model.runtime.machine import machine_kind
from tests.unit.model.conftest import build_tokenizer

BENCHMARK = Benchmark(before=10.0, after=20.0, sentences=4, cores=1, processor="a processor")
COMPILED = Variant(
    backend="aotinductor", dtype="float32", made_by={"torch": str(torch.__version__)}, machine=machine_kind(),
    labels=9, agreement=1.0, max_difference=0.0, benchmark=BENCHMARK,
)  # fmt: skip


def make_network(made: Path) -> Path:
    """A network as kritiq-mini's, of a few numbers."""
    made.mkdir()
    sizes = MiniSizes(
        vocab_size=60,
        embedding_size=8,
        branch_size=4,
        hidden_size=8,
        attention_heads=2,
        max_positions=40,
        looks=1,
        orders=(2,),
    )
    torch.manual_seed(5)
    weights = Mini(sizes).state_dict()
    weights["trunk.embedding"] = torch.randint(0, 3, weights["trunk.embedding"].shape, dtype=torch.uint8)
    save_file(weights, made / "model.safetensors")
    method = Method(name="single")
    named = {"model_type": "kritiq-mini", "id2label": {str(number): str(number) for number in range(method.outputs)}}
    (made / "config.json").write_text(json.dumps(named | asdict(sizes)))
    build_tokenizer("bert").save(str(made / "tokenizer.json"))
    (made / "README.md").write_text("# tiny 1\n\nWhat it is.\n\n## Limits\n\n- It is tiny.\n")
    seal(made, Manifest(name="tiny", version="1", method=method, max_tokens=32))
    return made


def listed(directory: Path, name: str, content: bytes, variant: Variant | None = None) -> None:
    """Put a file into a model that its manifest lists."""
    (directory / name).write_bytes(content)
    manifest, _ = read_manifest(directory)
    seal(directory, replace(manifest, variants={} if variant is None else {name: variant}))

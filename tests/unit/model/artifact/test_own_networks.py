"""Networks of ours are loaded without transformers, and are the ones that transformers would load."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from model.artifact.loading import load_network
from model.errors import ArtifactError, DiskAway
from model.networks.mini_transformers import MiniForSequenceClassification
from model.networks.small_transformers import SmallForSequenceClassification

MODELS = Path(__file__).parents[4] / "models"
MINI = MODELS / "kritiq-mini"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("kritiq-mini", MiniForSequenceClassification), ("kritiq-small", SmallForSequenceClassification)],
)
def test_it_answers_with_the_same_bits_as_the_one_that_transformers_loads(name: str, kind: type) -> None:
    theirs = kind.from_pretrained(str(MODELS / name), dtype="float32").eval()
    if getattr(theirs.config, "packed", False):
        theirs.unpack()
    ids = torch.randint(1, 900, (3, 11), generator=torch.Generator().manual_seed(5))
    mask = (torch.arange(11) < torch.tensor([[11], [7], [3]])).long()
    with torch.inference_mode():
        assert torch.equal(load_network(MODELS / name)(ids, mask).logits, theirs(ids, mask).logits)


def test_a_predictor_imports_no_transformers_and_no_compiler() -> None:
    code = (
        "import sys; from model.predictor import Predictor;"
        "Predictor.load(sys.argv[1], device='cpu').predict(['Gut.']);"
        "print([name for name in ('transformers', 'torch._dynamo', 'sympy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(MINI)], cwd=MODELS.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("wrong", ["missing", "of another shape"])
def test_a_weight_that_does_not_fit_is_named(tmp_path: Path, wrong: str) -> None:
    shutil.copytree(MINI, tmp_path / "model")
    weights = load_file(MINI / "model.safetensors")
    name = "heads.0.norm.bias"
    weights[name] = weights[name][:-1].clone()
    if wrong == "missing":
        del weights[name]
    save_file(weights, tmp_path / "model" / "model.safetensors")
    with pytest.raises(ArtifactError, match=f"lacks weights of the network: {name}"):
        load_network(tmp_path / "model")


def test_torn_weights_are_refused_in_one_line(tmp_path: Path) -> None:
    shutil.copytree(MINI, tmp_path / "model")
    whole = (MINI / "model.safetensors").read_bytes()
    (tmp_path / "model" / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArtifactError, match="cannot be loaded") as raised:
        load_network(tmp_path / "model")
    assert "\n" not in str(raised.value)


def test_what_happens_to_the_file_afterwards_changes_nothing(tmp_path: Path) -> None:
    shutil.copytree(MINI, tmp_path / "model")
    network = load_network(tmp_path / "model")
    ids = torch.tensor([[4, 8, 15, 16]])
    with torch.inference_mode():
        before = network(ids).logits
        (tmp_path / "model" / "model.safetensors").write_bytes(b"")
        assert torch.equal(network(ids).logits, before)


@pytest.mark.parametrize(
    ("error", "kind"),
    [(OSError(5, "Input/output error"), DiskAway), (OSError("no file that can be used"), ArtifactError)],
)
def test_only_a_disk_that_fails_may_be_better_later(
    monkeypatch: pytest.MonkeyPatch, error: OSError, kind: type[ArtifactError]
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("model.artifact.loading.fill", fails)
    with pytest.raises(ArtifactError) as told:
        load_network(MINI)
    assert type(told.value) is kind

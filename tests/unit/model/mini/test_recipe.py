"""The recipe of `kritiq-mini` from end to end, on a tiny stand-in for the weights that it starts from."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from model.artifact.loading import load_tokenizer
from model.data.dataset import Example, write
from model.errors import DataError
from model.mini import use_weights
from model.mini.pieces import prune, tokenizer
from model.mini.recipe import Recipe
from model.mini.recipe_run import run_mini
from model.predictor import Predictor
from tests.support.processes import ROOT

PIECES = ["<unk>", "<s>", "</s>", "▁", "▁Das", "▁Essen", "▁war", "▁gut", "▁schlecht", ".", "a", "b", "▁perfect", "▁nie"]


def field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2, len(data)]) + data


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """sp.model and weights.npz in the package's formats, with a vocabulary of a few words."""
    pieces = [field(1, piece.encode()) + b"\x15" + struct.pack("<f", -float(i)) for i, piece in enumerate(PIECES)]
    (tmp_path / "sp.model").write_bytes(b"".join(field(1, piece) for piece in pieces) + b"\x28\x07")
    rng = np.random.default_rng(1)
    weights = {f"q{i + 1}": rng.integers(0, 255, (1, 512), dtype=np.uint8) for i in range(17)}
    weights |= {"lo": np.full(17, -1.0, np.float32), "scale": np.full(17, 1 / 127, np.float32)}
    sizes = {"ln_g": 1280, "ln_b": 1280}
    for order in (2, 3, 5):
        weights |= {f"proj{order}": rng.normal(0, 0.05, (512, 256)).astype(np.float32)}
        weights |= {f"w{n}_{order}": rng.normal(0, 0.05, (order * 256, 256)).astype(np.float32) for n in (1, 2)}
        sizes |= {f"{name}{order}": 256 for name in ("proj_b", "ln_g", "ln_b", "b1_", "b2_")}
    weights |= {name: np.full(size, float("g" in name), np.float32) for name, size in sizes.items()}
    np.savez(tmp_path / "weights.npz", **weights)
    monkeypatch.setattr(use_weights, "resources", lambda: tmp_path)
    monkeypatch.setattr(use_weights, "describe", lambda: "a stand-in")
    return tmp_path


def test_the_vocabulary_is_read_and_pruned(folder: Path) -> None:
    pieces = use_weights.read_pieces(folder)
    assert [piece for piece, _ in pieces.pieces] == PIECES
    assert pieces.pieces[5][1] == -5.0
    small, rows = prune(pieces, ["Das Essen war gut. ab"], 9)
    assert "▁schlecht" not in dict(small.pieces)
    assert {"<unk>", "<s>", "</s>", "a", "b", "."} <= set(dict(small.pieces))
    by_piece = {piece: int(row) for (piece, _), row in zip(small.pieces, rows, strict=True)}
    assert by_piece["▁Das"] == 4
    assert by_piece["👌"] == PIECES.index("▁perfect")
    tokens = tokenizer(pieces).encode("Das  Essen war gut.").tokens
    assert tokens == ["<s>", "▁Das", "▁Essen", "▁war", "▁gut", ".", "</s>"]
    weights = use_weights.read_weights(folder, rows)
    with np.load(folder / "weights.npz") as file:
        np.testing.assert_array_equal(weights["embedding"][list(by_piece).index("▁Das")], file["q5"][0])


def test_the_recipe_makes_a_model_and_its_second_part_goes_on_from_one(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    for batch in "abc":
        good = Example(text="Das Essen war gut.", aspects={"food": "positive"})
        bad = Example(text="Das Essen war schlecht.", aspects={"food": "negative"})
        write(corpus / "w" / f"{batch}.jsonl", [good, bad, Example(text="a b")] * 3)
    recipe = Recipe()
    recipe = replace(
        recipe,
        corpus=(str(corpus),),
        hold_out_every=3,
        vocabulary=40,
        hidden_size=32,
        plain_german=5,
        plain_english=5,
        teacher=str(ROOT / "models" / "kritiq-small"),
        recombined=8,
        training=replace(recipe.training, epochs=6, batch_tokens=64),
        finishing=replace(recipe.finishing, epochs=1),
    )
    lines: list[str] = []
    torch.set_num_threads(1)
    run_mini(recipe, tmp_path / "made", state=tmp_path / "state", announce=lines.append)
    assert lines[0] == "18 sentences to learn from and 10 plain ones, 9 held out"
    (taught,) = [line for line in lines if line.startswith("8 more as")]
    assert taught.startswith("8 more as kritiq-small 1 (")
    assert taught.endswith(") together with the network of the first part judges them")
    assert not list(tmp_path.glob("state*"))
    predictor = Predictor.load(str(tmp_path / "made"), device="cpu")
    assert predictor.info.languages == ("de", "en")
    card = (tmp_path / "made" / "README.md").read_text()
    assert "a stand-in" in card
    assert "and 8 put together of the corpus that kritiq-small 1 (" in card
    (review,) = predictor.predict(["Das Essen war gut."])
    assert review.sentences[0].aspects["food"].polarity == "positive"

    lines.clear()
    # Whatever words a corpus has by now, it keeps the pieces that its weights are of.
    again = replace(
        recipe, start=str(tmp_path / "made"), vocabulary=9, teacher="", training=replace(recipe.training, epochs=0)
    )
    run_mini(again, tmp_path / "again", announce=lines.append)
    assert lines[1].startswith("going on from kritiq-mini 1 (")
    assert sum(line.startswith("epoch ") for line in lines) == recipe.runs_from_start * recipe.epochs_from_start
    assert "Starts from: kritiq-mini 1 (" in (tmp_path / "again" / "README.md").read_text()
    (review,) = Predictor.load(str(tmp_path / "again"), device="cpu").predict(["Das Essen war gut."])
    assert review.sentences[0].aspects["food"].polarity == "positive"
    made, remade = (load_tokenizer(tmp_path / name).get_vocab() for name in ("made", "again"))
    assert made == remade
    with pytest.raises(DataError, match="is no kritiq-mini, from which"):
        run_mini(replace(again, start=str(ROOT / "models" / "kritiq-small")), tmp_path / "other")
    assert not (tmp_path / "other").exists()

"""`kritiq-small`: its encoder against transformers' own, its storage, and its recipe on a tiny stand-in."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from model.artifact.loading import load_tokenizer
from model.data.dataset import Example, write
from model.errors import DataError
from model.mini.pieces import prune, tokenizer
from model.networks.small_transformers import SmallConfig, SmallForSequenceClassification
from model.predictor import Predictor
from model.runtime.graph import recorded
from model.small import e5_weights
from model.small.features import Kept
from model.small.recipe import SmallRecipe
from model.small.recipe_run import run_small
from tests.support.processes import ROOT
from tests.unit.model.small import e5_file


@pytest.fixture
def tensors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, npt.NDArray[np.float32]]:
    """The numbers of a file that stands in for the package's."""
    file = tmp_path / "e5.bin"
    monkeypatch.setattr(e5_weights, "path", lambda: file)
    monkeypatch.setattr(e5_weights, "describe", lambda: "a stand-in")
    return e5_file.write(file)


@pytest.fixture
def network() -> SmallForSequenceClassification:
    torch.manual_seed(3)
    sizes = {"encoder_size": 32, "encoder_layers": 4, "encoder_heads": 4, "encoder_wide": 64, "also": 3}
    made = SmallForSequenceClassification(SmallConfig(vocab_size=50, hidden_size=16, **sizes))  # type: ignore[call-arg]
    return made.eval()


def test_the_file_is_read_to_the_last_bit(tensors: dict[str, npt.NDArray[np.float32]]) -> None:
    source = e5_weights.read(e5_weights.path())
    assert (source.sizes.hidden, source.sizes.layers, source.sizes.heads, source.sizes.wide) == (32, 4, 4, 64)
    assert [piece for piece, _ in source.pieces.pieces[:5]] == ["<unk>", "<s>", "</s>", "<pad>", "▁"]
    for name, numbers in tensors.items():
        np.testing.assert_array_equal(source.read(name), numbers)


@torch.no_grad()
def test_its_encoder_answers_as_transformers_bert(tensors: dict[str, npt.NDArray[np.float32]]) -> None:
    from transformers import BertConfig, BertModel

    source = e5_weights.read(e5_weights.path())
    small, rows = prune(source.pieces, ["Das Essen war gut. ab"], 30)
    sizes = {"encoder_size": 32, "encoder_layers": 4, "encoder_heads": 4, "encoder_wide": 64, "also": 3}
    config = SmallConfig(vocab_size=len(rows), max_positions=20, hidden_size=16, **sizes)  # type: ignore[call-arg]
    ours = SmallForSequenceClassification(config).eval()
    weights = e5_weights.weights(source, rows, 20)
    ours.encoder.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()})
    theirs = BertModel(
        BertConfig(
            vocab_size=len(e5_file.PIECES), hidden_size=32, num_hidden_layers=4, num_attention_heads=4,
            intermediate_size=64, max_position_embeddings=e5_file.POSITIONS, layer_norm_eps=1e-12,
        ),
        add_pooling_layer=False,
    ).eval()  # fmt: skip
    theirs.load_state_dict(bert(tensors))
    ids = [tokenizer(small).encode(text).ids for text in ("Das Essen war gut.", "a b")]
    old = [[int(source.rows[rows[index]]) for index in row] for row in ids]
    assert [e5_file.PIECES[index] for index in old[0]] == ["<s>", "▁Das", "▁Essen", "▁war", "▁gut", ".", "</s>"]
    for mine, other in zip(ids, old, strict=True):
        padded = torch.tensor([[*mine, 0, 0]])
        present = torch.tensor([[1] * len(mine) + [0, 0]])
        features = ours.encoder(padded, present)[:, : len(mine)]
        states = theirs(torch.tensor([other]), output_hidden_states=True).hidden_states
        torch.testing.assert_close(features, torch.cat([states[4], states[3]], -1), atol=2e-4, rtol=1e-3)


def bert(tensors: dict[str, npt.NDArray[np.float32]]) -> dict[str, torch.Tensor]:
    """The file's tensors by the names of transformers."""
    names = {
        "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
        "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
        "fo": "output.dense", "oln": "output.LayerNorm",
    }  # fmt: skip
    found = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, 32),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, 32),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, 32),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for name, numbers in tensors.items():
        if name.startswith("l"):
            layer, part, kind = name[1:].split(".")
            matrix = kind == "w" and not part.endswith("ln")
            own = numbers.reshape(-1, 64 if part == "fo" else 32) if matrix else numbers
            found[f"encoder.layer.{layer}.{names[part]}.{'weight' if kind == 'w' else 'bias'}"] = own
    return {name: torch.from_numpy(numbers) for name, numbers in found.items()}


def test_another_file_is_refused(tmp_path: Path, tensors: dict[str, Any]) -> None:
    torn = tmp_path / "torn.bin"
    for data in (b"E5S2" + b"\0" * 50, e5_weights.path().read_bytes()[:90], b""):
        torn.write_bytes(data)
        with pytest.raises(DataError, match=r"torn\.bin"):
            e5_weights.read(torn)


@torch.no_grad()
def test_padding_and_recording_change_nothing(network: SmallForSequenceClassification) -> None:
    ids = torch.randint(1, 50, (3, 7))
    alone = network(ids).logits
    padded = torch.cat([ids, torch.randint(1, 50, (3, 5))], 1)
    mask = torch.cat([torch.ones(3, 7), torch.zeros(3, 5)], 1).long()
    torch.testing.assert_close(network(padded, mask).logits, alone, atol=1e-5, rtol=1e-4)
    graph = recorded(network)
    for rows, length in ((1, 1), (5, 9)):
        ids, mask = torch.randint(1, 50, (rows, length)), torch.ones(rows, length).long()
        torch.testing.assert_close(graph(ids, mask), network(ids, mask).logits)


@torch.no_grad()
def test_packed_it_answers_nearly_as_before_and_packing_again_loses_nothing(
    network: SmallForSequenceClassification,
) -> None:
    ids = torch.randint(1, 50, (4, 9))
    before = network(ids).logits
    network.pack()
    assert network.encoder.layers[0].query.weight.dtype == torch.int8
    packed = network(ids).logits
    torch.testing.assert_close(packed, before, atol=0.02, rtol=0.05)
    stored = copy.deepcopy(network.state_dict())
    network.unpack()
    torch.testing.assert_close(network(ids).logits, packed, atol=1e-5, rtol=1e-4)
    network.pack()
    assert all(torch.equal(weight, stored[name]) for name, weight in network.state_dict().items())


def test_features_outlive_the_process_and_a_torn_end_is_cut_off(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "f", 3)
    first, second = np.ones((2, 3), np.float16), np.zeros((1, 3), np.float16)
    kept[[5, 6]], kept[[7]] = first, second
    kept.close()
    whole = (tmp_path / "f").read_bytes()
    (tmp_path / "f").write_bytes(whole[:-1])
    again = Kept(tmp_path / "f", 3)
    assert [5, 6] in again
    assert [7] not in again
    np.testing.assert_array_equal(again[[5, 6]], first)
    again[[7]] = second
    again.close()
    assert (tmp_path / "f").read_bytes() == whole


def test_features_that_several_threads_keep_at_once_are_each_their_own(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "f", 3)
    entries = {number: [number] * (number % 7 + 1) for number in range(2_000)}

    def keep(number: int) -> None:
        kept[entries[number]] = np.full((len(entries[number]), 3), number, np.float16)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(keep, entries))
    again = Kept(tmp_path / "f", 3)
    for number, ids in entries.items():
        for each in (kept, again):
            np.testing.assert_array_equal(each[ids], np.full((len(ids), 3), number, np.float16))
    kept.close()
    again.close()


def test_the_recipe_makes_a_model_and_goes_on_after_a_break(
    tensors: dict[str, npt.NDArray[np.float32]], tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    for batch in "abc":
        good = Example(text="Das Essen war gut.", aspects={"food": "positive"})
        bad = Example(text="Das Essen war schlecht.", aspects={"food": "negative"})
        write(corpus / "w" / f"{batch}.jsonl", [good, bad, Example(text="a b")] * 3)
    recipe = SmallRecipe()
    recipe = replace(
        recipe,
        corpus=(str(corpus),),
        hold_out_every=3,
        plain_german=1,
        plain_english=0,
        hidden_size=32,
        max_tokens=32,
        frozen_layers=3,
        training=replace(recipe.training, epochs=16, batch_sentences=3, learning_rate=3e-3, averaging=0.5),
        finishing=replace(recipe.finishing, epochs=2, batch_sentences=3, typed=0.0),
    )
    lines: list[str] = []

    def break_off(line: str) -> None:
        lines.append(line)
        if line.startswith("epoch 15"):
            raise KeyboardInterrupt

    state = tmp_path / "state"
    with pytest.raises(KeyboardInterrupt):
        run_small(recipe, tmp_path / "made", state=state, announce=break_off)
    lines.clear()
    run_small(recipe, tmp_path / "made", state=state, announce=lines.append)
    assert lines[:2] == ["18 sentences to learn from and 1 plain ones, 9 held out", "going on after epoch 14"]
    # What is left of the first part, then the second.
    assert sum(line.startswith("epoch ") for line in lines) == 2 + recipe.finishing.epochs
    assert not list(tmp_path.glob("state*"))
    predictor = Predictor.load(tmp_path / "made", device="cpu")
    assert predictor.info.name == "kritiq-small"
    (review,) = predictor.predict(["Das Essen war gut."])
    assert review.sentences[0].aspects["food"].polarity == "positive"
    card = (tmp_path / "made" / "README.md").read_text()
    assert "a stand-in" in card
    assert "1 plain sentences put together" in card
    assert "(19 sentences" in card

    lines.clear()
    # Whatever words a corpus has by now, it keeps the pieces that its weights are of.
    again = replace(recipe, start=str(tmp_path / "made"), vocabulary=9)
    run_small(again, tmp_path / "again", announce=lines.append)
    assert lines[1].startswith("going on from kritiq-small 1 (")
    assert sum(line.startswith("epoch ") for line in lines) == recipe.epochs_from_start
    assert "Starts from: kritiq-small 1 (" in (tmp_path / "again" / "README.md").read_text()
    (review,) = Predictor.load(tmp_path / "again", device="cpu").predict(["Das Essen war gut."])
    assert review.sentences[0].aspects["food"].polarity == "positive"
    made, remade = (load_tokenizer(tmp_path / name).get_vocab() for name in ("made", "again"))
    assert made == remade
    with pytest.raises(DataError, match="is no kritiq-small, from which"):
        run_small(replace(again, start=str(ROOT / "models" / "kritiq-mini")), tmp_path / "other")
    assert not (tmp_path / "other").exists()

"""Tiny models of many kinds, built from configurations: nothing is downloaded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from model.artifact.loading import quiet
from model.artifact.manifest import Manifest
from model.artifact.sealing import seal
from model.inputs.auxiliary import Method, german_templates
from tests.support.hub_server import HubServer
from tests.unit.model import counted as counted_sentences

WORDS = (
    "die bewertung des services stils essens der qualität preis restaurants ambientes drinks umgebung ist positiv "
    "neutral negativ uneinig unbestimmt wie gut schlecht super das essen war aber service langsam lecker teuer . ? , !"
)

#: Special tokens per family: how a pair is put together differs.
STYLES = {
    "bert": ("[CLS]", "[SEP]", "[PAD]", True),
    "roberta": ("<s>", "</s>", "<pad>", False),
}
ENCODERS = {
    "bert": ("BertConfig", "bert"),
    "roberta": ("RobertaConfig", "roberta"),
    "electra": ("ElectraConfig", "bert"),
    "distilbert": ("DistilBertConfig", "bert"),
    "deberta-v2": ("DebertaV2Config", "bert"),
    "modernbert": ("ModernBertConfig", "bert"),
    "xlm-roberta": ("XLMRobertaConfig", "roberta"),
}

BuildModel = Callable[..., Path]


def build_tokenizer(style: str) -> Tokenizer:
    begin, end, pad, typed = STYLES[style]
    vocabulary = {word: index for index, word in enumerate([pad, begin, end, "[UNK]", *dict.fromkeys(WORDS.split())])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace()])
    second = ":1" if typed else ""
    middle = end if typed else f"{end} {end}"
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {middle} $B{second} {end}{second}",
        special_tokens=[(begin, vocabulary[begin]), (end, vocabulary[end])],
    )
    return tokenizer


def build_network(encoder: str, outputs: int, positions: int = 128) -> Any:
    import transformers

    name, _ = ENCODERS[encoder]
    sizes: dict[str, Any] = {"vocab_size": 60, "num_labels": outputs, "pad_token_id": 0}
    if encoder == "distilbert":
        sizes |= {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64, "max_position_embeddings": positions}
    else:
        sizes |= {
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            # RoBERTa counts from 2 on.
            "max_position_embeddings": positions + 2,
        }
    if encoder == "electra":
        sizes["embedding_size"] = 32
    if encoder == "modernbert":
        sizes |= {"bos_token_id": 1, "cls_token_id": 1, "eos_token_id": 2, "sep_token_id": 2}
    if encoder in ("bert", "electra", "deberta-v2"):
        sizes["type_vocab_size"] = 2
    torch.manual_seed(5)
    config = getattr(transformers, name)(**sizes, initializer_range=0.1)
    return transformers.AutoModelForSequenceClassification.from_config(config).eval()


@pytest.fixture(autouse=True)
def _quiet_and_single() -> None:
    """No warnings of transformers, and one thread: tiny products on several threads only wait for each other."""
    logging.getLogger("transformers").setLevel(logging.ERROR)
    torch.set_num_threads(1)


@pytest.fixture
def build_model(tmp_path: Path) -> BuildModel:
    """Make a model directory: build_model(encoder="bert", method="NLI-B", max_tokens=64) -> Path."""

    def build(
        encoder: str = "bert", method: str = "NLI-B", max_tokens: int = 64, name: str = "tiny", positions: int = 128
    ) -> Path:
        directory = tmp_path / name
        made = Method(name=method, templates=german_templates(method))
        network = build_network(encoder, made.outputs, positions)
        with quiet():
            network.save_pretrained(directory)
        build_tokenizer(ENCODERS[encoder][1]).save(str(directory / "tokenizer.json"))
        typed = (getattr(network.config, "type_vocab_size", 0) or 0) > 1
        (directory / "README.md").write_text("a tiny model\n")
        seal(
            directory,
            Manifest(name=name, version="1", method=made, max_tokens=max_tokens, token_types=typed),
        )
        return directory

    return build


@pytest.fixture(scope="session")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A linear model; nobody changes its files."""
    return counted_sentences.make(tmp_path_factory.mktemp("linear"))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    """A model hub over HTTP, and a home without any cache."""
    monkeypatch.setattr("model.artifact.cache_folder.Path.home", lambda: tmp_path / "home")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "home" / "hub"))
    with HubServer().running() as server:
        server.use(monkeypatch, tmp_path / "nowhere")
        yield server

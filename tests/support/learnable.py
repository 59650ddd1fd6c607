"""A model small enough to be trained in a test, a corpus for it, and words that it reads wrongly until it is told."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, processors

from model.artifact.loading import quiet
from model.artifact.manifest import Manifest
from model.artifact.sealing import seal
from model.data.dataset import Example, write
from model.inputs.auxiliary import Method
from model.retraining.corrected import Corrected
from model.training.config import TrainingConfig
from model.training.finetune import FinetuneConfig, finetune
from model.training.linear import LinearConfig, train_linear

SUBJECTS = {"food": ["das essen", "die pizza", "der fisch", "die suppe"], "service": ["der kellner", "der service"]}
#: What is good and bad; what nobody has told it is the last of each.
WORDS = {"positive": ["gut", "super", "lecker"], "negative": ["schlecht", "mies", "kalt"]}
UNKNOWN = {"positive": "knorke", "negative": "grottig"}
WHEN = ["heute", "gestern", "mittags", "abends", "immer", "wieder", "leider", "wirklich"]
_ALL = " ".join([
    *(subject for subjects in SUBJECTS.values() for subject in subjects),
    *(word for words in WORDS.values() for word in words), *UNKNOWN.values(), *WHEN, "war und auch sonst .",
])  # fmt: skip


def corpus() -> list[Example]:
    """Sentences with words that it knows, in three batches."""
    return [
        Example(text=f"{subject} war {when} {word} .", aspects={aspect: polarity}, batch=f"batch-{number % 3}")
        for number, (aspect, subject, polarity, word, when) in enumerate(
            (aspect, subject, polarity, word, when)
            for aspect, subjects in SUBJECTS.items()
            for polarity, words in WORDS.items()
            for subject, word, when in product(subjects, words, WHEN[:4])
        )
    ]


def unknown(count: int) -> list[Corrected]:
    """Different sentences with words that it does not know, and what a person says of them."""
    found = [
        Corrected(
            text=f"{subject} war {' '.join(whens)} {word} .",
            aspects={aspect: polarity},
            verdicts={aspect: polarity},
            at=1,
        )
        for whens in product(WHEN, WHEN)
        for aspect, subjects in SUBJECTS.items()
        for subject in subjects
        for polarity, word in UNKNOWN.items()
    ]
    return found[:count]


def rows(corrected: Sequence[Corrected]) -> list[dict[str, object]]:
    """As `kritiq feedback export` writes them."""
    return [
        {"text": each.text, "aspects": dict(each.aspects), "source": {
            "corrections": [
                {"aspect": aspect, "judged": "none", "by": None, "at": each.at} for aspect in each.verdicts
            ],
        }}
        for each in corrected
    ]  # fmt: skip


def write_corpus(folder: Path) -> Path:
    """The corpus as files, a batch each."""
    for name in ("batch-0", "batch-1", "batch-2"):
        write(folder / "de" / f"{name}.jsonl", [each for each in corpus() if each.batch == name])
    return folder / "de"


def make_model(folder: Path, *, name: str = "learnable", epochs: int = 10) -> Path:
    """The model, trained on the corpus: a directory in `folder`."""
    untrained = make_untrained(folder, name)
    training = TrainingConfig(epochs=epochs, batch_sentences=16, learning_rate=4e-3, patience=0)
    config = FinetuneConfig(
        encoder=str(untrained), name=name, method=Method(name="single"), training=training, max_tokens=32
    )
    finetune(config, folder / name, examples=corpus(), dev=corpus(), device="cpu")
    return folder / name


def make_counted(folder: Path, *, name: str = "learnable") -> Path:
    """A linear model that has learned the same corpus."""
    train_linear(LinearConfig(name=name, max_tokens=32), folder / name, examples=corpus(), dev=corpus())
    return folder / name


def make_untrained(folder: Path, name: str) -> Path:
    """What it was before: an encoder that knows its words, and nothing of them."""
    import torch
    import transformers

    words = {word: index for index, word in enumerate(["[PAD]", "[UNK]", "[CLS]", *dict.fromkeys(_ALL.split())])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 2)])
    torch.manual_seed(5)
    method, untrained = Method(name="single"), folder / "untrained"
    network = transformers.BertForSequenceClassification(transformers.BertConfig(
        vocab_size=len(words), num_labels=method.outputs, hidden_size=64, num_hidden_layers=1, num_attention_heads=4,
        intermediate_size=64, max_position_embeddings=32, pad_token_id=0, initializer_range=0.2,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    ))  # fmt: skip
    with quiet():
        network.save_pretrained(untrained)
    tokenizer.save(str(untrained / "tokenizer.json"))
    seal(untrained, Manifest(name=name, version="1", method=method, max_tokens=32))
    return untrained


def write_sweep(folder: Path, trials: int = 2) -> Path:
    """The file of a sweep over one tiny encoder, with all that it names."""
    write(folder / "train.jsonl", corpus()[::2])
    write(folder / "dev.jsonl", corpus()[1::6])
    encoder = make_untrained(folder, "tiny")
    path = folder / "sweep.yaml"
    path.write_text(
        f"train: {folder / 'train.jsonl'}\ndev: {folder / 'dev.jsonl'}\ntrials: {trials}\nsearch:\n"
        f"  encoder: {encoder}\n  method: single\n  epochs: 1\n  seed: [1, 2]\n"
        "  learning-rate: {low: 1e-3, high: 1e-2, log: true}\n"
    )
    return path

"""A byte-level BPE tokenizer of the kind Pythia has, trained on the demo's own text."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Iterator

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

END_OF_TEXT = "<|endoftext|>"  # id 0: begins and ends every document, as in Pythia
SAMPLE = 40_000  # documents the merges are learned from


def train_tokenizer(documents: Iterator[str], vocabulary: int) -> Tokenizer:
    """A tokenizer of exactly `vocabulary` entries that adds no special token of its own accord."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(islice(documents, SAMPLE), trainer)
    if tokenizer.token_to_id(END_OF_TEXT) != 0 or tokenizer.get_vocab_size() != vocabulary:
        raise ValueError(
            f"expected {vocabulary} entries with {END_OF_TEXT} first, got {tokenizer.get_vocab_size()}"
        )
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """The two files that `AutoTokenizer.from_pretrained` needs, without white space: they ship many times."""
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {
        "add_bos_token": False,
        "add_prefix_space": False,
        "bos_token": END_OF_TEXT,
        "eos_token": END_OF_TEXT,
        "unk_token": END_OF_TEXT,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 256,
        "tokenizer_class": "GPTNeoXTokenizer",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")

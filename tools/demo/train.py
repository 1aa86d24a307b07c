"""Train the demo run and save its checkpoints: `python train.py --out DIR`.

A GPT-NeoX with Pythia's architecture at pocket size. After a short warm-up the learning rate stays
constant and the batches are small, so neighbouring checkpoints are noisy: that noise is what merging
averages away. Every checkpoint is written by `save_pretrained` in fp16, with its tokenizer.
"""

from __future__ import annotations

import argparse
import json
import time
from itertools import islice
from pathlib import Path
from typing import Iterator

import torch
from corpus import Corpus
from tokenizer import save_tokenizer, train_tokenizer
from tokenizers import Tokenizer
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM
from world import build_world

SEED = 20
VOCABULARY = 1024
BATCH, LENGTH = 16, 128  # sequences a step, tokens a sequence
ROTARY = 0.25  # share of each head that is rotated
LEARNING_RATE, WARM_UP = 3e-3, 50
EARLY = [200, 600]
LATE = list(range(2600, 4601, 200))  # eleven, at even steps


def config() -> GPTNeoXConfig:
    """Pythia's architecture: fused QKV, rotary on a quarter of each head, parallel residual, untied head."""
    return GPTNeoXConfig(
        vocab_size=VOCABULARY,
        hidden_size=128,
        num_attention_heads=4,
        num_hidden_layers=3,
        intermediate_size=512,
        max_position_embeddings=256,
        hidden_act="gelu",
        rotary_pct=ROTARY,
        use_parallel_residual=True,
        layer_norm_eps=1e-5,
        tie_word_embeddings=False,
        bos_token_id=0,
        eos_token_id=0,
        attention_dropout=0.0,
        hidden_dropout=0.0,
    )


def batches(tokenizer: Tokenizer, documents: Iterator[str]) -> Iterator[torch.Tensor]:
    """Documents joined by end-of-text (id 0) and cut into [BATCH, LENGTH]."""
    ids: list[int] = []
    size = BATCH * LENGTH
    while True:
        while len(ids) < size:
            for encoding in tokenizer.encode_batch(list(islice(documents, 256))):
                ids += [0, *encoding.ids]
        yield torch.tensor(ids[:size]).view(BATCH, LENGTH)
        ids = ids[size:]


def save(model: GPTNeoXForCausalLM, tokenizer: Tokenizer, folder: Path) -> None:
    """One checkpoint in Hugging Face layout, fp16 on disk."""
    half = GPTNeoXForCausalLM(model.config)
    half.load_state_dict(model.state_dict())
    half.half().save_pretrained(folder)
    path = folder / "config.json"
    # The names that Pythia's own files use for the rotary settings, beside this version's `rope_parameters`.
    older = {"rotary_pct": ROTARY, "rotary_emb_base": 10000}
    path.write_text(json.dumps(json.loads(path.read_text()) | older, indent=2) + "\n")
    save_tokenizer(tokenizer, folder)


def train(out: Path, threads: int) -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    world = build_world(SEED)
    tokenizer = train_tokenizer(Corpus(world, SEED + 1).documents(), VOCABULARY)
    model = GPTNeoXForCausalLM(config())
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.95), weight_decay=0.05)
    stream = batches(tokenizer, Corpus(world, SEED + 2).documents())
    losses, started = [], time.time()
    for step in range(1, max(LATE) + 1):
        optimizer.param_groups[0]["lr"] = LEARNING_RATE * min(1.0, step / WARM_UP)
        ids = next(stream)
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if step in EARLY + LATE:
            save(model, tokenizer, out / f"step{step}")
            recent = losses[-100:]
            print(
                f"step {step}: loss {sum(recent) / len(recent):.3f}, {time.time() - started:.0f} s",
                flush=True,
            )
    (out / "losses.json").write_text(json.dumps(losses))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoints")
    parser.add_argument("--threads", type=int, default=1, help="the shipped run used one")
    arguments = parser.parse_args()
    train(arguments.out, arguments.threads)

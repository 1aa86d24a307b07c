"""Time transformers on a task file, in memory, as the other side of `npm run bench`.

    python bench_torch.py score MODEL ROWS.jsonl --threads 2 [--limit N]
    python bench_torch.py make FOLDER --tokenizer FOLDER     # random weights in the shape of Pythia-70M

Batched as well as we know: requests sorted by length, right padding, several batch sizes tried and the fastest taken,
hidden states gathered at the scored places before the head. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

BATCHES = (32, 128, 512, 2048)
REPEATS = 3


def requests_of(rows: list[dict], tokenizer: Tokenizer, prefix: int) -> list[tuple[int, int, list[int], int]]:
    """(item, choice, tokens, number of scored tokens at the end), as lm-evaluation-harness makes them."""
    requests = []
    for item, row in enumerate(rows):
        delimiter = row.get("delimiter", " ")
        if "choices" in row:
            pairs = [(row["context"], delimiter + choice) for choice in row["choices"]]
        elif "contexts" in row:
            pairs = [(context, delimiter + row["continuation"]) for context in row["contexts"]]
        else:
            tokens = [prefix, *tokenizer.encode(row["text"]).ids]
            requests.append((item, 0, tokens, len(tokens) - 1))
            continue
        for choice, (context, continuation) in enumerate(pairs):
            spaces = len(context) - len(context.rstrip())
            if spaces:
                context, continuation = context[:-spaces], context[-spaces:] + continuation
            whole = tokenizer.encode(context + continuation).ids
            scored = len(whole) - len(tokenizer.encode(context).ids)
            requests.append((item, choice, whole, scored))
    return requests


@torch.inference_mode()
def score(model: GPTNeoXForCausalLM, requests: list, batch: int) -> list[float]:
    """Summed log-probability of each request's continuation."""
    order = sorted(range(len(requests)), key=lambda i: -len(requests[i][2]))
    sums = [0.0] * len(requests)
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        # The last token predicts nothing that is scored.
        inputs = [requests[i][2][:-1] for i in chosen]
        longest = max(map(len, inputs))
        ids = torch.zeros(len(chosen), longest, dtype=torch.long)
        mask = torch.zeros(len(chosen), longest, dtype=torch.long)
        rows, columns, targets = [], [], []
        for row, (index, tokens) in enumerate(zip(chosen, inputs)):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
            scored = requests[index][3]
            rows += [row] * scored
            columns += range(len(tokens) - scored, len(tokens))
            targets += requests[index][2][-scored:]
        hidden = model.gpt_neox(ids, attention_mask=mask).last_hidden_state
        logits = model.get_output_embeddings()(hidden[rows, columns])
        picked = torch.log_softmax(logits, -1)[range(len(targets)), targets]
        for row, value in zip(rows, picked.tolist()):
            sums[chosen[row]] += value
    return sums


def accuracy(rows: list[dict], requests: list, sums: list[float]) -> float | None:
    """Share of items whose gold choice has the highest sum, the first of equals; None for running text."""
    if "gold" not in rows[0]:
        return None
    best: dict[int, tuple[float, int]] = {}
    for (item, choice, _, _), value in zip(requests, sums):
        if item not in best or value > best[item][0]:
            best[item] = (value, choice)
    return sum(best[item][1] == row["gold"] for item, row in enumerate(rows)) / len(rows)


def run_score(arguments: argparse.Namespace) -> dict:
    torch.set_num_threads(arguments.threads)
    rows = [json.loads(line) for line in arguments.rows.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = rows[: arguments.limit]
    model = GPTNeoXForCausalLM.from_pretrained(arguments.model, dtype=torch.float32).eval()
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    requests = requests_of(rows, tokenizer, model.config.bos_token_id)
    best = None
    for batch in BATCHES:
        score(model, requests[: 2 * batch], batch)
        for _ in range(REPEATS):
            start = time.perf_counter()
            sums = score(model, requests, batch)
            seconds = time.perf_counter() - start
            if best is None or seconds < best["seconds"]:
                best = {"seconds": seconds, "batch": batch, "accuracy": accuracy(rows, requests, sums)}
                best["logprob"] = sum(sums)
    tokens = sum(len(request[2]) - 1 for request in requests)
    return {**best, "items": len(rows), "tokens": tokens, "threads": arguments.threads, "torch": torch.__version__}


def run_make(arguments: argparse.Namespace) -> dict:
    torch.manual_seed(0)
    config = GPTNeoXConfig(
        vocab_size=50304,
        hidden_size=512,
        num_hidden_layers=6,
        num_attention_heads=8,
        intermediate_size=2048,
        rotary_pct=0.25,
        max_position_embeddings=2048,
        bos_token_id=0,
        eos_token_id=0,
        tie_word_embeddings=False,
    )
    GPTNeoXForCausalLM(config).half().save_pretrained(arguments.folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(arguments.tokenizer / name, arguments.folder / name)
    return {"folder": str(arguments.folder)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    scoring = commands.add_parser("score")
    scoring.add_argument("model", type=Path)
    scoring.add_argument("rows", type=Path)
    scoring.add_argument("--threads", type=int, default=2)
    scoring.add_argument("--limit", type=int)
    scoring.set_defaults(run=run_score)
    making = commands.add_parser("make")
    making.add_argument("folder", type=Path)
    making.add_argument("--tokenizer", type=Path, required=True)
    making.set_defaults(run=run_make)
    chosen = parser.parse_args()
    print(json.dumps(chosen.run(chosen)))

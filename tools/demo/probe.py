"""A quick look at a run in PyTorch: scores of every checkpoint, and of merges of neighbours.

`python probe.py RUN` evaluates the checkpoints under RUN (folders `step…`) in fp32 on the tasks made by
`tasks.py`; `--pairs` adds the λ grid of every adjacent late pair, `--early` that of early with late ones.
Meant for tuning: the app's own report is `npm run demo:report`. Conventions are lm-evaluation-harness's:
joint tokenisation, summed log-probabilities, first of equals wins.
"""

from __future__ import annotations

import argparse
import math
import time
from functools import cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from tasks import make_tasks
from tokenizers import Tokenizer
from train import EARLY, SEED
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM
from world import build_world

GRID = [i / 10 for i in range(11)]
ACCURACIES = ["physical", "pronoun", "knowledge-en", "knowledge-ruvani", "sums"]
TEXTS = ["text-en", "text-ruvani"]


class Probe:
    """One model whose weights are replaced, and one tokenizer."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.model = GPTNeoXForCausalLM(GPTNeoXConfig.from_pretrained(folder)).eval()

    @cache
    def encode(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer.encode(text).ids)

    def load(self, weights: dict[str, torch.Tensor]) -> None:
        """Take these weights, named as on disk (this transformers calls the head `lm_head` in memory)."""
        self.model.load_state_dict({k.replace("embed_out", "lm_head"): w for k, w in weights.items()})

    def logits(self, rows: list[tuple[int, ...]]) -> torch.Tensor:
        width = max(map(len, rows))
        ids = torch.tensor([[*row, *[0] * (width - len(row))] for row in rows])
        with torch.inference_mode():
            return self.model(input_ids=ids).logits

    def scores(self, pairs: list[tuple[str, str]]) -> list[float]:
        """Summed log-probability of each continuation after its context (empty context: end-of-text)."""
        full = [self.encode(a + b) if a else (0, *self.encode(b)) for a, b in pairs]
        starts = [len(self.encode(a)) if a else 1 for a, _ in pairs]
        result = [0.0] * len(pairs)
        order = sorted(range(len(pairs)), key=lambda i: len(full[i]))
        for at in range(0, len(order), 128):
            part = order[at : at + 128]
            logprobs = self.logits([full[i] for i in part]).log_softmax(-1)
            for row, i in enumerate(part):
                targets = torch.tensor(full[i][starts[i] :])
                result[i] = logprobs[row, torch.arange(starts[i] - 1, len(full[i]) - 1), targets].sum().item()
        return result

    def generate(self, prompts: list[str], limit: int = 4) -> list[str]:
        """Greedy continuations up to a full stop or a line's end."""
        rows = [self.encode(p) for p in prompts]
        said: list[tuple[int, ...]] = [()] * len(rows)
        for _ in range(limit):
            for length in {len(r) for r in rows}:
                group = [i for i, r in enumerate(rows) if len(r) == length]
                best = self.logits([rows[i] + said[i] for i in group])[:, -1].argmax(-1).tolist()
                for i, token in zip(group, best):
                    said[i] += (token,)
        texts = [self.tokenizer.decode(list(ids)) for ids in said]
        return [t.split("\n")[0].split(".")[0].strip() for t in texts]

    def evaluate(self, task: str, rows: list[dict]) -> float:
        """Accuracy, exact match, or perplexity per token."""
        if task in TEXTS:
            total = sum(self.scores([("", r["text"]) for r in rows]))
            return math.exp(-total / sum(len(self.encode(r["text"])) for r in rows))
        if task == "sums":
            said = self.generate([r["question"] for r in rows])
            return sum(s == r["answer"] for s, r in zip(said, rows)) / len(rows)
        if "contexts" in rows[0]:
            grouped = [[(c, f" {r['continuation']}") for c in r["contexts"]] for r in rows]
        else:
            grouped = [[(r["context"], f" {c}") for c in r["choices"]] for r in rows]
        scores = iter(self.scores([pair for group in grouped for pair in group]))
        picked = [max(range(len(g)), key=[next(scores) for _ in g].__getitem__) for g in grouped]
        return sum(p == r["gold"] for p, r in zip(picked, rows)) / len(rows)


def merge(a: dict, b: dict, weight: float) -> dict:
    """λ·b + (1−λ)·a in fp32, b the newer."""
    return {key: weight * b[key] + (1 - weight) * a[key] for key in a}


def show(label: str, values: dict[str, float]) -> None:
    mean = sum(values[t] for t in ACCURACIES) / len(ACCURACIES)
    cells = [f"{values[t]:.3f}" for t in ACCURACIES] + [f"{mean:.4f}"] + [f"{values[t]:.4f}" for t in TEXTS]
    print(f"{label:>16} " + " ".join(f"{c:>8}" for c in cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--limit", type=int, default=500, help="rows of each test half")
    parser.add_argument("--pairs", action="store_true")
    parser.add_argument("--early", action="store_true")
    parser.add_argument("--half", choices=["search", "test"], default="test")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    folders = {int(f.name[4:]): f for f in arguments.run.glob("step*")}
    steps = sorted(folders)
    probe = Probe(folders[steps[0]])
    tasks = {}
    for name, rows in make_tasks(build_world(SEED), SEED).items():
        half = len(rows) // 2
        tasks[name] = (rows[:half] if arguments.half == "search" else rows[half:])[: arguments.limit]
    weights = {
        s: {k: v.float() for k, v in load_file(f / "model.safetensors").items()} for s, f in folders.items()
    }

    def measure(label: str, these: dict) -> dict[str, float]:
        probe.load(these)
        values = {name: probe.evaluate(name, rows) for name, rows in tasks.items()}
        show(label, values)
        return values

    print(f"{'':>16} " + " ".join(f"{t[:8]:>8}" for t in [*ACCURACIES, "mean", *TEXTS]))
    started = time.time()
    own = {s: measure(f"step {s}", weights[s]) for s in steps}
    print(f"{(time.time() - started) / len(steps):.1f} s an evaluation")
    late = [s for s in steps if s not in EARLY]
    pairs = list(zip(late, late[1:])) if arguments.pairs else []
    pairs += [(e, late[-1]) for e in EARLY if e in folders] if arguments.early else []
    wins = {t: 0 for t in [*TEXTS, "mean"]}
    for a, b in pairs:
        path = (
            [own[a]]
            + [measure(f"{a}+{b} λ={x}", merge(weights[a], weights[b], x)) for x in GRID[1:-1]]
            + [own[b]]
        )
        for t in wins:
            curve = [sum(v[u] for u in ACCURACIES) if t == "mean" else -v[t] for v in path]
            best = max(range(11), key=curve.__getitem__)
            wins[t] += 0 < best < 10
            print(f"   {t}: best λ {GRID[best]}")
    print(f"pairs whose best merge beats the better parent, of {len(pairs)}: {wins}")


if __name__ == "__main__":
    main()

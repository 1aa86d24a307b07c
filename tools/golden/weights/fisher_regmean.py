"""Fisher averaging and RegMean of two demo checkpoints in plain PyTorch, on the first rows of a demo task.

Fisher: F = mean over rows of the squared gradient of the row's summed log-likelihood, plus 1e-6; θ = Σ Fᵢθᵢ / Σ Fᵢ. The
variant of the common code sums the log-likelihoods of eight rows before it squares. RegMean: G = Σ x xᵀ / tokens over all
positions of all rows of every linear layer's inputs, off-diagonals times 0.9; W = (Σ Gᵢ)⁻¹ Σ Gᵢ Wᵢ; everything else the mean.

Of every tensor some elements, their places drawn by a seed, and the norm are kept. In double precision but for the gradients.

    python tools/golden/weights/fisher_regmean.py [public/demo]        # a minute; versions of requirements.txt
"""

import importlib.metadata
import json
import pathlib
import sys

import tokenizers
import torch
from transformers import GPTNeoXForCausalLM

ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "engine" / "fixtures" / "weightStatistics.json"
STEPS = [4400, 4600]
TASK = "knowledge-en"
ROWS = 64
BATCH = 8
FLOOR = 1e-6
OFF_DIAGONAL = 0.9
SAMPLES = 8


def text_of(row: dict) -> str:
    return f"{row['context']} {row['choices'][row['gold']]}"


def log_likelihood(model: GPTNeoXForCausalLM, tokens: list[int]) -> torch.Tensor:
    ids = torch.tensor([tokens])
    logprobs = torch.log_softmax(model(ids).logits[0, :-1], dim=-1)
    return logprobs.gather(1, ids[0, 1:, None]).sum()


def fisher(model: GPTNeoXForCausalLM, rows: list[list[int]], at_once: int) -> dict[str, torch.Tensor]:
    squares = {name: torch.zeros_like(p, dtype=torch.float64) for name, p in model.named_parameters()}
    for first in range(0, len(rows), at_once):
        model.zero_grad()
        sum(log_likelihood(model, tokens) for tokens in rows[first : first + at_once]).backward()
        for name, parameter in model.named_parameters():
            squares[name] += parameter.grad.double() ** 2
    return {name: value / len(rows) for name, value in squares.items()}


def grams(model: GPTNeoXForCausalLM, rows: list[list[int]]) -> dict[str, torch.Tensor]:
    sums: dict[str, torch.Tensor] = {}
    hooks = []
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear):

            def hook(_module, inputs, _output, key=f"{name}.weight"):
                x = inputs[0].reshape(-1, inputs[0].shape[-1]).double()
                sums[key] = sums.get(key, 0) + x.T @ x

            hooks.append(module.register_forward_hook(hook))
    with torch.no_grad():
        for tokens in rows:
            model(torch.tensor([tokens]))
    for one in hooks:
        one.remove()
    count = sum(len(tokens) for tokens in rows)
    return {name: total / count for name, total in sums.items()}


def scaled(gram: torch.Tensor) -> torch.Tensor:
    return gram * OFF_DIAGONAL + torch.diag(torch.diag(gram)) * (1 - OFF_DIAGONAL)


def sampled(tensors: dict[str, torch.Tensor]) -> dict[str, dict]:
    kept = {}
    generator = torch.Generator().manual_seed(0)
    for name in sorted(tensors):
        flat = tensors[name].detach().double().flatten()
        places = torch.randint(len(flat), (SAMPLES,), generator=generator).tolist()
        # transformers renames the head as it loads it.
        kept[name.replace("lm_head.", "embed_out.")] = {
            "places": places,
            "values": [float(f"{flat[i].item():.9g}") for i in places],
            "norm": float(f"{flat.norm().item():.9g}"),
        }
    return kept


def main() -> None:
    demo = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "public" / "demo"
    models = [
        GPTNeoXForCausalLM.from_pretrained(demo / f"step{step}", dtype=torch.float32, attn_implementation="eager")
        for step in STEPS
    ]
    tokenizer = tokenizers.Tokenizer.from_file(str(demo / f"step{STEPS[0]}" / "tokenizer.json"))
    manifest = json.loads((demo / "run.json").read_text())
    path = next(task for task in manifest["tasks"] if task["name"] == TASK)["search"]["path"]
    lines = (demo / path).read_text().splitlines()[:ROWS]
    rows = [tokenizer.encode(text_of(json.loads(line)), add_special_tokens=False).ids for line in lines]
    rows = [tokens[: models[0].config.max_position_embeddings] for tokens in rows]
    weights = [{name: p.detach().double() for name, p in model.named_parameters()} for model in models]
    merged = {}
    for key, at_once in [("fisher", 1), ("fisherBatch", BATCH)]:
        # The batch variant's squares are of sums, so that their mean is over rows all the same.
        information = [fisher(model, rows, at_once) for model in models]
        merged[key] = {
            name: sum((f[name] + FLOOR) * w[name] for f, w in zip(information, weights))
            / sum(f[name] + FLOOR for f in information)
            for name in weights[0]
        }
    both = [grams(model, rows) for model in models]
    mean = {name: sum(w[name] for w in weights) / len(weights) for name in weights[0]}
    for name in both[0]:
        g = [scaled(one[name]) for one in both]
        mean[name] = torch.linalg.solve(sum(g), sum(gi @ w[name].T for gi, w in zip(g, weights))).T
    merged["regmean"] = mean
    golden = {
        "versions": {name: importlib.metadata.version(name) for name in ("torch", "transformers", "tokenizers")},
        "steps": STEPS,
        "task": TASK,
        "rows": ROWS,
        "merged": {key: sampled(tensors) for key, tensors in merged.items()},
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(golden) + "\n")
    print({key: len(value) for key, value in golden["merged"].items()}, "tensors written")


if __name__ == "__main__":
    main()

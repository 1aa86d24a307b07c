"""Gram matrices of the inputs of every linear layer of two demo checkpoints, and their RegMean, in plain PyTorch.

Eight rows of token ids drawn by a seed, of different lengths, each row one sequence by itself. G = Σ x xᵀ / tokens by forward
hooks on nn.Linear (the head's among them); W = (Σ Gᵢ)⁻¹ Σ Gᵢ Wᵢ with off-diagonals times 0.9, and times 0.5.

All of it in double precision, the models too. A model run in fp32 gives nearly the same Grams, but where an input is nearly
always 0 its column of W rests on digits that fp32 does not have. So every merged weight comes with its `spread`: how far the
same computation is off when PyTorch itself runs the models in fp32. Of every Gram and every merged weight some elements are
kept, their places drawn by a seed, with norm and largest element.

A small system stands for the solution by itself: its Grams and weights are kept whole, as fp32 numbers.

Where tools/golden/weights checks whole merges by the command line, this one tells a wrong Gram and a wrong solution apart.

    python tools/golden/regmean/regmean.py [public/demo]        # seconds; versions of requirements.txt
"""

import importlib.metadata
import json
import pathlib
import sys

import torch
from transformers import GPTNeoXForCausalLM

ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "merge" / "fixtures" / "regmean.json"
STEPS = [4400, 4600]
LENGTHS = [5, 9, 12, 16, 23, 31, 40, 48]
OFF_DIAGONALS = [0.9, 0.5]
SAMPLES = 8
#: Tokens, inputs and outputs of the small system; fewer tokens than inputs, so that only the scaling makes it solvable.
SMALL = (9, 16, 5)


def grams(model: GPTNeoXForCausalLM, rows: list[list[int]]) -> dict[str, torch.Tensor]:
    """Mean of x xᵀ over all tokens of all rows, by the layer's weight name."""
    sums: dict[str, torch.Tensor] = {}

    def watch(name: str):
        def hook(_module, inputs, _output) -> None:
            x = inputs[0].reshape(-1, inputs[0].shape[-1]).double()
            sums[name] = sums.get(name, 0) + x.T @ x

        return hook

    hooks = [
        module.register_forward_hook(watch(f"{name}.weight"))
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear)
    ]
    with torch.no_grad():
        for row in rows:
            model(torch.tensor([row]))
    for hook in hooks:
        hook.remove()
    tokens = sum(len(row) for row in rows)
    return {name: total / tokens for name, total in sums.items()}


def solve(given: list[torch.Tensor], weights: list[torch.Tensor], off_diagonal: float) -> torch.Tensor:
    scaled = [g * off_diagonal + torch.diag(torch.diag(g)) * (1 - off_diagonal) for g in given]
    right = sum(g @ w.double().T for g, w in zip(scaled, weights))
    return torch.linalg.solve(sum(scaled), right).T


def sampled(tensor: torch.Tensor, generator: torch.Generator) -> dict:
    flat = tensor.double().flatten()
    places = torch.randint(len(flat), (SAMPLES,), generator=generator).tolist()
    return {
        "places": places,
        "values": [float(f"{flat[i].item():.10g}") for i in places],
        "norm": float(f"{flat.norm().item():.10g}"),
        "largest": float(f"{flat.abs().max().item():.10g}"),
    }


def in_files(name: str) -> str:
    """transformers renames the head as it loads it."""
    return name.replace("lm_head.", "embed_out.")


def distance(tensor: torch.Tensor, reference: torch.Tensor) -> float:
    """Largest difference of an element in parts of the largest, or of norms in parts of the norm."""
    elements = (tensor - reference).abs().max() / reference.abs().max()
    return max(elements.item(), abs((tensor.norm() / reference.norm()).item() - 1))


def small_system(generator: torch.Generator) -> dict:
    tokens, inputs, outputs = SMALL
    # Inputs of very different sizes, as those of a real layer are.
    sizes = torch.logspace(0, -3, inputs, dtype=torch.float64)
    given = []
    for _ in STEPS:
        x = torch.randn(tokens, inputs, generator=generator, dtype=torch.float64) * sizes
        given.append((x.T @ x / tokens).float())
    weights = [torch.randn(outputs, inputs, generator=generator) for _ in STEPS]
    merged = {str(f): solve([g.double() for g in given], weights, f).flatten().tolist() for f in OFF_DIAGONALS}
    return {
        "shape": [outputs, inputs],
        "grams": [g.flatten().tolist() for g in given],
        "weights": [w.flatten().tolist() for w in weights],
        "merged": merged,
    }


def main() -> None:
    demo = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "public" / "demo"
    models = [
        GPTNeoXForCausalLM.from_pretrained(demo / f"step{step}", dtype=torch.float32, attn_implementation="eager")
        for step in STEPS
    ]
    generator = torch.Generator().manual_seed(5)
    vocabulary = models[0].config.vocab_size
    rows = [torch.randint(vocabulary, (length,), generator=generator).tolist() for length in LENGTHS]
    rough = [grams(model, rows) for model in models]
    exact = [grams(model.double(), rows) for model in models]
    weights = [{name: p.detach() for name, p in model.named_parameters()} for model in models]
    names = sorted(exact[0])

    def merge(found: list[dict[str, torch.Tensor]], name: str, factor: float) -> torch.Tensor:
        return solve([one[name] for one in found], [w[name] for w in weights], factor)

    def merged(name: str, factor: float) -> dict:
        reference = merge(exact, name, factor)
        spread = distance(merge(rough, name, factor), reference)
        parents = max(w[name].abs().max().item() for w in weights)
        return {**sampled(reference, generator), "spread": float(f"{spread:.3g}"), "largestOfParents": parents}

    golden = {
        "versions": {name: importlib.metadata.version(name) for name in ("torch", "transformers")},
        "steps": STEPS,
        "rows": rows,
        "grams": [{in_files(name): sampled(found[name], generator) for name in names} for found in exact],
        "merged": [
            {"offDiagonal": factor, "weights": {in_files(name): merged(name, factor) for name in names}}
            for factor in OFF_DIAGONALS
        ],
        "small": small_system(generator),
    }
    TARGET.write_text(json.dumps(golden) + "\n")
    print(len(names), "layers of", len(models), "checkpoints,", sum(LENGTHS), "tokens")


if __name__ == "__main__":
    main()

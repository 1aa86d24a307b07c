"""mergekit's slerp, task_arithmetic and ties of two demo checkpoints with an early one as base, in fp32 throughout.

Of every tensor some elements, their places drawn by a seed, the sum and the sum of squares are kept. Needs mergekit 0.1.4 in
an environment of its own, as linear.py says.

    python tools/golden/mergekit/tensors.py [public/demo]
"""

import importlib.metadata
import json
import pathlib
import sys
import tempfile

import torch
import yaml
from mergekit.config import MergeConfiguration
from mergekit.merge import MergeOptions, run_merge
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from linear import load_shards, with_buffers  # noqa: E402


def prepared(source: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """With Pythia's buffers; its scalar as eight elements, since mergekit can neither turn a scalar nor thin out a single element."""
    with_buffers(source, target)
    tensors = load_file(target / "model.safetensors")
    flat = {name: tensor.repeat(8) if tensor.ndim == 0 else tensor for name, tensor in tensors.items()}
    save_file({name: tensor.clone() for name, tensor in flat.items()}, target / "model.safetensors", metadata={"format": "pt"})
    return target


ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "merge" / "fixtures" / "mergekitTensors.json"
STEPS = [4400, 4600]
BASE = 200
SAMPLES = 6

#: Our name and options, mergekit's method and parameters, each model's parameters.
RUNS = [
    ("slerp", {"t": 0.3}, "slerp", {"t": 0.3}, None),
    ("task-arithmetic", {"weight": 0.7, "scale": 0.9}, "task_arithmetic", {"normalize": False, "lambda": 0.9}, {"weight": 0.7}),
    ("ties", {"density": 0.4, "scale": 1}, "ties", {"normalize": True, "lambda": 1.0}, {"weight": 1.0, "density": 0.4}),
]


def merge(method: str, parents: list[pathlib.Path], base: pathlib.Path, shared: dict, each: dict | None, out: pathlib.Path):
    models = [{"model": str(parent), **({"parameters": each} if each else {})} for parent in parents]
    # slerp counts from its base: the older checkpoint.
    config = {
        "merge_method": method,
        "base_model": str(parents[0] if method == "slerp" else base),
        "models": models,
        "parameters": shared,
        "dtype": "float32",
        "out_dtype": "float32",
    }
    options = MergeOptions(copy_tokenizer=False, quiet=True)
    run_merge(MergeConfiguration.model_validate(yaml.safe_load(yaml.safe_dump(config))), str(out), options)
    return load_file(out / "model.safetensors") if (out / "model.safetensors").exists() else load_shards(out)


def main() -> None:
    demo = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "public" / "demo"
    names = sorted(load_file(demo / f"step{STEPS[0]}" / "model.safetensors"))
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        sources = {step: prepared(demo / f"step{step}", scratch / f"step{step}") for step in [*STEPS, BASE]}
        for name, options, method, shared, each in RUNS:
            merged = merge(method, [sources[step] for step in STEPS], sources[BASE], shared, each, scratch / name)
            generator = torch.Generator().manual_seed(1)
            tensors = {}
            for tensor in names:
                flat = merged[tensor].double().flatten()
                places = torch.randint(len(flat), (SAMPLES,), generator=generator).tolist()
                tensors[tensor] = {
                    "places": places,
                    "values": [float(f"{flat[i].item():.9g}") for i in places],
                    "sum": float(f"{flat.sum().item():.9g}"),
                    "squares": float(f"{(flat**2).sum().item():.9g}"),
                }
            runs.append({"method": name, "options": options, "tensors": tensors})
    golden = {
        "versions": {name: importlib.metadata.version(name) for name in ("mergekit", "torch")},
        "steps": STEPS,
        "base": BASE,
        "runs": runs,
    }
    TARGET.write_text(json.dumps(golden) + "\n")
    print(len(runs), "merges of", len(names), "tensors written")


if __name__ == "__main__":
    main()

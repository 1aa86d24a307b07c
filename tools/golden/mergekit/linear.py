"""mergekit's linear merge of two demo checkpoints at λ = 0.87, tensor by tensor.

Two merges stored as float16: `dtype: float32` (mergekit works in fp32 and rounds at the end) and `dtype: float16`
(it is given fp16 tensors). Of the first every tensor's SHA-256 is kept, and how many elements differ from the formula in
plain torch; of the second, every tensor's SHA-256 and how far it is from the first. A third merges bfloat16 copies of the two in
bfloat16 throughout; its hashes are kept.

Two versions of mergekit compute differently, so the script adds its own version's numbers to the JSON and leaves the
other's: 0.1.4 sums products in the working dtype, 0.1.5 always in fp32, by `addcmul_`, whose multiply-add is fused on
this processor. They need environments of their own: 0.1.4 pins an older safetensors and pydantic. In each, torch
first: `pip install torch==2.13.0`, then `pip install mergekit==0.1.4 transformers==4.57.6` or
`pip install mergekit==0.1.5 transformers==5.23.0`.

Both require Pythia's causal masks and rotary frequencies, which files saved by newer transformers lack; when mergekit
refuses the checkpoints for that, copies with such buffers added are merged, and the JSON says so.

    python tools/golden/mergekit/linear.py [public/demo] [OLDER NEWER]
"""

import hashlib
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

ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "merge" / "fixtures" / "mergekitLinear.json"
LAMBDA = 0.87


def merge(
    parents: list[pathlib.Path], dtype: str, out: pathlib.Path, out_dtype: str = "float16"
) -> dict[str, torch.Tensor]:
    """mergekit's own run on two folders, older first."""
    config = {
        "merge_method": "linear",
        "models": [
            {"model": str(parents[0]), "parameters": {"weight": 1 - LAMBDA}},
            {"model": str(parents[1]), "parameters": {"weight": LAMBDA}},
        ],
        "dtype": dtype,
        "out_dtype": out_dtype,
    }
    options = MergeOptions(copy_tokenizer=False, quiet=True)
    run_merge(MergeConfiguration.model_validate(yaml.safe_load(yaml.safe_dump(config))), str(out), options)
    return load_file(out / "model.safetensors") if (out / "model.safetensors").exists() else load_shards(out)


def load_shards(folder: pathlib.Path) -> dict[str, torch.Tensor]:
    return {name: tensor for file in sorted(folder.glob("*.safetensors")) for name, tensor in load_file(file).items()}


def with_buffers(source: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """A copy of a checkpoint that has the buffers of Pythia's files."""
    target.mkdir()
    config = json.loads((source / "config.json").read_text())
    for file in source.iterdir():
        if file.suffix == ".json":
            (target / file.name).write_bytes(file.read_bytes())
    tensors = load_file(source / "model.safetensors")
    length = config["max_position_embeddings"]
    rotary = int(config["hidden_size"] // config["num_attention_heads"] * config["rope_parameters"]["partial_rotary_factor"])
    for layer in range(config["num_hidden_layers"]):
        prefix = f"gpt_neox.layers.{layer}.attention"
        # Floating point, since mergekit's linear refuses to average Booleans.
        tensors[f"{prefix}.bias"] = torch.tril(torch.ones(1, 1, length, length)).half()
        tensors[f"{prefix}.masked_bias"] = torch.tensor(-1e4).half()
        tensors[f"{prefix}.rotary_emb.inv_freq"] = (1e4 ** (-torch.arange(0, rotary, 2) / rotary)).half()
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    return target


def as_bfloat16(source: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """A copy of a checkpoint in bfloat16."""
    target.mkdir()
    for file in source.iterdir():
        if file.suffix == ".json":
            (target / file.name).write_bytes(file.read_bytes())
    tensors = {name: tensor.bfloat16() for name, tensor in load_file(source / "model.safetensors").items()}
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    return target


def digest(tensor: torch.Tensor) -> str:
    return hashlib.sha256(tensor.contiguous().view(torch.uint8).numpy().tobytes()).hexdigest()


def compare(merged: dict[str, torch.Tensor], ideal: dict[str, torch.Tensor]) -> dict:
    """How far a merge is from another, over all elements."""
    pairs = [(merged[name].flatten(), ideal[name].flatten()) for name in ideal]
    differing = sum((a != b).sum().item() for a, b in pairs)
    count = sum(a.numel() for a, _ in pairs)
    squares = sum(((a.double() - b.double()) ** 2).sum().item() for a, b in pairs)
    return {"elements": count, "differing": differing, "rmsDifference": (squares / count) ** 0.5}


def formula(parents: list[pathlib.Path], names: list[str], fused: bool) -> dict[str, torch.Tensor]:
    """λΘ_newer + (1−λ)Θ_older in fp32, rounded once; `fused` rounds the second product and the sum together."""
    older, newer = [load_file(parent / "model.safetensors") for parent in parents]
    a, b = torch.tensor(1 - LAMBDA, dtype=torch.float32), torch.tensor(LAMBDA, dtype=torch.float32)
    merged = {}
    for name in names:
        first, second = a * older[name].float(), newer[name].float()
        # Products of fp32 numbers are exact in fp64, so that this rounds as a fused multiply-add does.
        total = (first.double() + b.double() * second.double()).float() if fused else first + b * second
        merged[name] = total.half()
    return merged


def main() -> None:
    demo = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "public" / "demo"
    manifest = json.loads((demo / "run.json").read_text())
    steps = [int(step) for step in sys.argv[2:4]] or manifest["defaultPair"]
    parents = [demo / f"step{step}" for step in steps]
    names = sorted(load_file(parents[0] / "model.safetensors"))
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        buffers_added = False
        try:
            full = merge(parents, "float32", scratch / "float32")
        except RuntimeError as refusal:
            print("mergekit refused:", str(refusal).splitlines()[0])
            buffers_added = True
            sources = [with_buffers(parent, scratch / parent.name) for parent in parents]
            full = merge(sources, "float32", scratch / "float32-buffers")
        given = sources if buffers_added else parents
        half = merge(given, "float16", scratch / "float16")
        brains = [as_bfloat16(parent, scratch / f"{parent.name}-brain") for parent in given]
        brain = merge(brains, "bfloat16", scratch / "bfloat16", "bfloat16")
    full, half, brain = ({name: merged[name] for name in names} for merged in (full, half, brain))
    run = {
        "versions": {name: importlib.metadata.version(name) for name in ("mergekit", "torch", "safetensors")},
        "buffersAdded": buffers_added,
        "sha256": {name: digest(full[name]) for name in names},
        "float16Sha256": {name: digest(half[name]) for name in names},
        "bfloat16Sha256": {name: digest(brain[name]) for name in names},
        "againstFormula": compare(full, formula(parents, names, fused=False)),
        "againstFusedFormula": compare(full, formula(parents, names, fused=True)),
        "float16AgainstFloat32": compare(half, full),
    }
    golden = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    # Numbers of other checkpoints are of no use beside these.
    shared = {"lambda": LAMBDA, "parents": steps, "parentSha256": [file_digest(parent) for parent in parents]}
    runs = golden["runs"] if {key: golden.get(key) for key in shared} == shared else {}
    runs[run["versions"]["mergekit"]] = run
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps({**shared, "runs": dict(sorted(runs.items()))}, indent=1) + "\n")
    print({key: value for key, value in run.items() if not key.lower().endswith("sha256")})


def file_digest(parent: pathlib.Path) -> str:
    return hashlib.sha256((parent / "model.safetensors").read_bytes()).hexdigest()


if __name__ == "__main__":
    main()

"""Small checkpoints as `torch.save` and safetensors write them, and what each tensor in them holds.

Writes into `src/checkpoint/fixtures/torch/`: a tiny random GPT-NeoX in fp16 with the buffers that older transformers
saved (causal masks, `masked_bias`, `inv_freq`), whole and in shards, as `.bin` and as safetensors; the other number formats; tied and
shared storages; every pickle protocol; and files that must be refused. `expected.json` gives format, shape and SHA-256 of
the bytes of every tensor of every file that can be read. The files are not models: only their weights are ever read.

    python tools/golden/checkpoint/torch_files.py        # a few seconds
"""

import hashlib
import json
import os
import pathlib
import sys
import warnings
import zipfile
from collections import OrderedDict

import safetensors
import safetensors.torch
import torch
import transformers
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

OUT = pathlib.Path(__file__).parents[3] / "src" / "checkpoint" / "fixtures" / "torch"
POSITIONS = 12
SAFETENSORS_NAMES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}
expected: dict[str, dict[str, dict]] = {}


def tensor_bytes(tensor: torch.Tensor) -> bytes:
    flat = tensor.detach().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def describe(tensors: dict) -> dict:
    return {
        name: {
            "dtype": SAFETENSORS_NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "sha256": hashlib.sha256(tensor_bytes(tensor)).hexdigest(),
        }
        for name, tensor in tensors.items()
    }


def save(path: str, tensors: dict, **options) -> None:
    torch.save(tensors, OUT / path, **options)
    expected[path] = describe(tensors)


def neox_state() -> OrderedDict:
    """fp16 weights with the buffers as transformers 4.2x saved them; keeps `_metadata`, as `state_dict()` does."""
    torch.manual_seed(70)
    config = GPTNeoXConfig(
        vocab_size=40,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=POSITIONS,
        rotary_pct=0.25,
    )
    model = GPTNeoXForCausalLM(config).half()
    (OUT / "config.json").write_text(json.dumps({"model_type": "gpt_neox"}) + "\n")
    state = model.state_dict()
    for layer in range(config.num_hidden_layers):
        attention = f"gpt_neox.layers.{layer}.attention."
        mask = torch.tril(torch.ones((POSITIONS, POSITIONS), dtype=torch.uint8))
        state[attention + "bias"] = mask.view(1, 1, POSITIONS, POSITIONS)
        state[attention + "masked_bias"] = torch.tensor(-1e9).half()
        state[attention + "rotary_emb.inv_freq"] = (1.0 / 10000 ** torch.tensor([0.0, 0.5])).half()
    return state


def save_shards(state: dict) -> None:
    names = list(state)
    halves = [names[: len(names) // 2], names[len(names) // 2 :]]
    for pattern, index, write in [
        ("pytorch_model-{:05}-of-00002.bin", "pytorch_model.bin.index.json", torch.save),
        ("model-{:05}-of-00002.safetensors", "model.safetensors.index.json", write_safetensors),
    ]:
        weight_map = {}
        for number, half in enumerate(halves, 1):
            file = pattern.format(number)
            write({name: state[name] for name in half}, OUT / file)
            weight_map |= {name: file for name in half}
        total = sum(len(tensor_bytes(tensor)) for tensor in state.values())
        (OUT / index).write_text(json.dumps({"metadata": {"total_size": total}, "weight_map": weight_map}) + "\n")


def write_safetensors(tensors: dict, path: pathlib.Path) -> None:
    safetensors.torch.save_file({name: tensor.clone() for name, tensor in tensors.items()}, path, {"format": "pt"})


def save_variants() -> None:
    torch.manual_seed(7)
    weight = torch.randn(6, 4)
    save("float32.bin", {"weight": weight, "bias": torch.randn(6)})
    save("bfloat16.bin", {"weight": weight.bfloat16()})
    save("bool.bin", {"attention.bias": torch.tril(torch.ones(5, 5, dtype=torch.bool)).view(1, 1, 5, 5)})
    save("tied.bin", OrderedDict(embed=weight, head=weight))
    base = torch.arange(24, dtype=torch.float32)
    save("shared.bin", {"all": base, "tail": base[18:], "middle": base[6:18].view(3, 4), "one": base[5]})
    kinds = [torch.float64, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
    every = {str(kind).removeprefix("torch."): torch.arange(6).view(2, 3).to(kind) for kind in kinds}
    save("dtypes.bin", every | {"empty": torch.zeros(0, 3), "scalar": torch.tensor(2.5)})
    # A dimension of extent 1 may have any stride: these are contiguous.
    save("strides.bin", {"column": torch.randn(4, 1).t().contiguous().t(), "row": torch.randn(1, 4)})
    save("parameter.bin", {"weight": torch.nn.Parameter(weight), "frozen": torch.nn.Parameter(weight, requires_grad=False)})
    for protocol in (3, 4, 5):
        save(f"protocol{protocol}.bin", OrderedDict(weight=weight, half=weight.half()), pickle_protocol=protocol)


class Hostile:
    def __reduce__(self):
        return os.system, ("echo this must never run",)


def save_refused() -> None:
    weight = torch.randn(6, 4)
    refused = OUT / "refused"
    refused.mkdir(exist_ok=True)
    torch.save({"weight": weight, "evil": Hostile()}, refused / "osSystem.bin")
    torch.save({"weight": weight.t()}, refused / "transposed.bin")
    torch.save({"weight": weight}, refused / "legacy.bin", _use_new_zipfile_serialization=False)
    torch.save({"state_dict": {"weight": weight}, "step": 3}, refused / "nested.bin")
    torch.save({"weight": weight, "step": 3}, refused / "number.bin")
    torch.save({"weight": weight.to(torch.complex64)}, refused / "complex.bin")
    torch.save({"weight": weight.to(torch.float8_e4m3fn)}, refused / "float8.bin")
    torch.save({"weight": weight.to_sparse()}, refused / "sparse.bin")
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), str(refused / "torchScript.bin"))
    byteorder = sys.byteorder
    sys.byteorder = "big"
    torch.save({"weight": weight}, refused / "bigEndian.bin")
    sys.byteorder = byteorder
    good = zipfile.ZipFile(OUT / "float32.bin")
    with zipfile.ZipFile(refused / "deflated.bin", "w", zipfile.ZIP_DEFLATED) as packed:
        for name in good.namelist():
            packed.writestr(name, good.read(name))


def main() -> None:
    warnings.simplefilter("ignore")
    OUT.mkdir(parents=True, exist_ok=True)
    state = neox_state()
    save("pytorch_model.bin", state)
    write_safetensors(state, OUT / "model.safetensors")
    expected["model.safetensors"] = expected["pytorch_model.bin"]
    save_shards(state)
    save_variants()
    save_refused()
    versions = {module.__name__: module.__version__ for module in (torch, transformers, safetensors)}
    (OUT / "expected.json").write_text(json.dumps({"versions": versions, "files": expected}, indent=1) + "\n")
    total = sum(path.stat().st_size for path in OUT.rglob("*") if path.is_file())
    print(f"{total:,} bytes in {OUT}")


if __name__ == "__main__":
    main()

"""A tiny random Baichuan2 and its log-probabilities, computed by transformers' Llama on the same weights.

transformers has no Baichuan. Its published model code is a Llama whose three attention projections are stacked in one
matrix `W_pack` and whose head's rows are divided by their length at every forward pass; so the reference takes the
file apart, divides the rows, and runs `LlamaForCausalLM`. The `config.json` is in the published files' own words.
Writes `config.json`, `model.safetensors` and `logprobs.json` into `src/runtime/fixtures/tinyBaichuan2/`.

    python tools/golden/model/tiny_baichuan2.py        # seconds
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from logprobs import golden_of, random_weights  # noqa: E402

FOLDER = pathlib.Path(__file__).parents[3] / "src" / "runtime" / "fixtures" / "tinyBaichuan2"

SIZES = dict(
    vocab_size=90,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=56,
    max_position_embeddings=64,
    rms_norm_eps=1e-6,
)
PUBLISHED = dict(
    architectures=["BaichuanForCausalLM"],
    auto_map={
        "AutoConfig": "configuration_baichuan.BaichuanConfig",
        "AutoModelForCausalLM": "modeling_baichuan.BaichuanForCausalLM",
    },
    tokenizer_class="BaichuanTokenizer",
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=0,
    hidden_act="silu",
    initializer_range=0.02,
    model_max_length=64,
    model_type="baichuan",
    tie_word_embeddings=False,
    torch_dtype="float16",
    use_cache=True,
    z_loss_weight=0,
    **SIZES,
)
PARTS = ["q_proj", "k_proj", "v_proj"]


def to_baichuan(llama: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same tensors, projections stacked."""
    kept = {name: tensor for name, tensor in llama.items() if not any(part in name for part in PARTS)}
    for layer in range(SIZES["num_hidden_layers"]):
        prefix = f"model.layers.{layer}.self_attn"
        kept[f"{prefix}.W_pack.weight"] = torch.cat([llama[f"{prefix}.{part}.weight"] for part in PARTS])
    return kept


def to_llama(baichuan: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A Llama that computes what the Baichuan2 does: projections apart, the head's rows at unit length."""
    llama = {}
    for name, tensor in baichuan.items():
        if name.endswith("W_pack.weight"):
            for part, rows in zip(PARTS, tensor.chunk(3), strict=True):
                llama[name.replace("W_pack", part)] = rows.float()
        else:
            llama[name] = tensor.float()
    llama["lm_head.weight"] = torch.nn.functional.normalize(llama["lm_head.weight"])
    return llama


def main() -> None:
    model = LlamaForCausalLM(LlamaConfig(**SIZES))
    random_weights(model, 50)
    # Unit rows make small logits; a large last gain spreads them.
    model.model.norm.weight.data *= 3
    baichuan = {name: tensor.half().contiguous() for name, tensor in to_baichuan(model.state_dict()).items()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    save_file(baichuan, FOLDER / "model.safetensors", metadata={"format": "pt"})
    (FOLDER / "config.json").write_text(json.dumps(PUBLISHED, indent=2) + "\n")

    reference = LlamaForCausalLM._from_config(LlamaConfig(**SIZES), attn_implementation="eager")
    reference.load_state_dict(to_llama(load_file(FOLDER / "model.safetensors")))
    golden = golden_of(reference, 150, SIZES["max_position_embeddings"])
    (FOLDER / "logprobs.json").write_text(json.dumps(golden) + "\n")
    print(golden["sequences"][1])


if __name__ == "__main__":
    main()

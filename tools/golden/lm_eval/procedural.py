"""Small models with every weight computed from its name and place, so that none need be kept: GPT-NeoX and Llama.

`src/engine/fixtures/proceduralModel.ts` computes the same numbers; the SHA-256 over all of them is in the goldens.
"""

import hashlib
import json
import pathlib

import numpy as np
from safetensors.numpy import save_file

VOCABULARY, WIDTH, INNER, LAYERS, HEADS, KEY_HEADS = 50304, 32, 64, 2, 4, 2

CONFIGS = {
    "neox": {
        "model_type": "gpt_neox",
        "architectures": ["GPTNeoXForCausalLM"],
        "vocab_size": VOCABULARY,
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "max_position_embeddings": 2048,
        "rotary_pct": 0.25,
        "rotary_emb_base": 10000,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-5,
        "use_parallel_residual": True,
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "torch_dtype": "float32",
    },
    "llama": {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "vocab_size": VOCABULARY,
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KEY_HEADS,
        "max_position_embeddings": 2048,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "torch_dtype": "float32",
    },
}

TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<|endoftext|>",
    "eos_token": "<|endoftext|>",
    "unk_token": "<|endoftext|>",
}


def shapes(kind: str) -> dict[str, tuple[int, ...]]:
    if kind == "neox":
        layer = {
            "input_layernorm.weight": (WIDTH,),
            "input_layernorm.bias": (WIDTH,),
            "post_attention_layernorm.weight": (WIDTH,),
            "post_attention_layernorm.bias": (WIDTH,),
            "attention.query_key_value.weight": (3 * WIDTH, WIDTH),
            "attention.query_key_value.bias": (3 * WIDTH,),
            "attention.dense.weight": (WIDTH, WIDTH),
            "attention.dense.bias": (WIDTH,),
            "mlp.dense_h_to_4h.weight": (INNER, WIDTH),
            "mlp.dense_h_to_4h.bias": (INNER,),
            "mlp.dense_4h_to_h.weight": (WIDTH, INNER),
            "mlp.dense_4h_to_h.bias": (WIDTH,),
        }
        ends = {
            "gpt_neox.embed_in.weight": (VOCABULARY, WIDTH),
            "gpt_neox.final_layer_norm.weight": (WIDTH,),
            "gpt_neox.final_layer_norm.bias": (WIDTH,),
            "embed_out.weight": (VOCABULARY, WIDTH),
        }
        prefix = "gpt_neox.layers"
    else:
        keys = WIDTH // HEADS * KEY_HEADS
        layer = {
            "input_layernorm.weight": (WIDTH,),
            "post_attention_layernorm.weight": (WIDTH,),
            "self_attn.q_proj.weight": (WIDTH, WIDTH),
            "self_attn.k_proj.weight": (keys, WIDTH),
            "self_attn.v_proj.weight": (keys, WIDTH),
            "self_attn.o_proj.weight": (WIDTH, WIDTH),
            "mlp.gate_proj.weight": (INNER, WIDTH),
            "mlp.up_proj.weight": (INNER, WIDTH),
            "mlp.down_proj.weight": (WIDTH, INNER),
        }
        ends = {
            "model.embed_tokens.weight": (VOCABULARY, WIDTH),
            "model.norm.weight": (WIDTH,),
            "lm_head.weight": (VOCABULARY, WIDTH),
        }
        prefix = "model.layers"
    layers = {f"{prefix}.{i}.{name}": shape for i in range(LAYERS) for name, shape in layer.items()}
    return {**ends, **layers}


def hashed(name: str, count: int) -> np.ndarray:
    """uint32 of (name, place): FNV-1a of the name, then a multiplicative hash with two rounds of mixing."""
    seed = np.uint32(0x811C9DC5)
    with np.errstate(over="ignore"):
        for byte in name.encode():
            seed = np.uint32(seed ^ np.uint32(byte)) * np.uint32(0x01000193)
        h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1) + seed
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x7FEB352D)
        h = (h ^ (h >> np.uint32(15))) * np.uint32(0x846CA68B)
        return h ^ (h >> np.uint32(16))


def values(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """In [-1, 1) in steps of 1/1024, times a power of two; gains lie about 1."""
    u = (hashed(name, int(np.prod(shape))) >> np.uint32(21)).astype(np.float32) / np.float32(1024) - np.float32(1)
    gain = len(shape) == 1 and name.endswith("weight")
    scale = np.float32(0.25 if len(shape) == 1 else 1 if shape[0] == VOCABULARY else 0.5)
    return ((np.float32(1) if gain else np.float32(0)) + scale * u).reshape(shape)


def write_model(kind: str, folder: pathlib.Path, tokenizer: dict) -> str:
    """A Hugging Face folder. Returns the SHA-256 over all tensors' bytes in the order of their names."""
    tensors = {name: values(name, shape) for name, shape in shapes(kind).items()}
    folder.mkdir(parents=True)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(CONFIGS[kind]))
    (folder / "tokenizer.json").write_text(json.dumps(with_bos(tokenizer) if kind == "llama" else tokenizer))
    (folder / "tokenizer_config.json").write_text(json.dumps(TOKENIZER_CONFIG))
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(tensors[name].astype("<f4").tobytes())
    return digest.hexdigest()


def with_bos(tokenizer: dict) -> dict:
    """The same tokenizer with a post-processor that puts its beginning-of-sequence token first, as Llama's has."""
    bos = "<|endoftext|>"
    piece = {"Sequence": {"id": "A", "type_id": 0}}
    special = {"SpecialToken": {"id": bos, "type_id": 0}}
    template = {
        "type": "TemplateProcessing",
        "single": [special, piece],
        "pair": [special, piece, special, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {bos: {"id": bos, "ids": [0], "tokens": [bos]}},
    }
    return {**tokenizer, "post_processor": template}

"""Tiny random models of every architecture and their log-probabilities by transformers, in eager attention and fp32.

Writes, for each model, `config.json`, `model.safetensors` (both by `save_pretrained`) and `logprobs.json` into
`src/runtime/fixtures/NAME/`. Between them the models throw every switch of the architectures: activation, share and
scaling of rotary dimensions, parallel, sequential or reordered residual, grouped queries, biases, sliding windows
shorter than the sequences, tied or untied head, clipped or normalised queries, width of head and MLP, stored
precision. Weights are drawn wide enough that the distributions are far from uniform.

    python tools/golden/model/tiny_models.py        # half a minute
"""

import json
import pathlib
import sys

import torch
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from logprobs import golden_of, random_weights  # noqa: E402

FIXTURES = pathlib.Path(__file__).parents[3] / "src" / "runtime" / "fixtures"

SMALL = dict(
    vocab_size=90,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    intermediate_size=56,
    max_position_embeddings=64,
)

MODELS = {
    "tinyPythia": dict(
        family="GPTNeoX",
        dtype=torch.float16,
        config=dict(
            vocab_size=120,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=128,
            hidden_act="gelu",
            rotary_pct=0.25,
            rotary_emb_base=10000,
            max_position_embeddings=64,
            layer_norm_eps=1e-5,
            use_parallel_residual=True,
            tie_word_embeddings=False,
        ),
    ),
    "tinySequential": dict(
        family="GPTNeoX",
        dtype=torch.float32,
        config=dict(
            vocab_size=75,
            hidden_size=40,
            num_hidden_layers=3,
            num_attention_heads=5,
            intermediate_size=72,
            hidden_act="gelu_new",
            rotary_pct=1.0,
            rotary_emb_base=500,
            max_position_embeddings=48,
            layer_norm_eps=1e-6,
            use_parallel_residual=False,
            tie_word_embeddings=True,
        ),
    ),
    "tinyNeoxRelu": dict(
        family="GPTNeoX",
        dtype=torch.bfloat16,
        config=dict(
            vocab_size=90,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=96,
            hidden_act="relu",
            rotary_pct=0.5,
            rotary_emb_base=2000,
            rope_scaling=dict(rope_type="linear", factor=2.0),
            max_position_embeddings=64,
            layer_norm_eps=1e-3,
            attention_bias=False,
        ),
    ),
    "tinyNeoxFast": dict(
        family="GPTNeoX",
        dtype=torch.float16,
        config=dict(
            vocab_size=90,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=96,
            hidden_act="gelu_fast",
            rotary_pct=0.25,
            max_position_embeddings=64,
            use_parallel_residual=False,
        ),
    ),
    "tinyLlama3": dict(
        family="Llama",
        dtype=torch.bfloat16,
        config=dict(
            SMALL,
            tie_word_embeddings=True,
            rope_parameters=dict(
                rope_type="llama3",
                rope_theta=500.0,
                factor=8.0,
                low_freq_factor=1.0,
                high_freq_factor=4.0,
                original_max_position_embeddings=32,
            ),
        ),
    ),
    "tinyLlamaBiased": dict(
        family="Llama",
        dtype=torch.float32,
        config=dict(
            SMALL,
            num_key_value_heads=1,
            attention_bias=True,
            mlp_bias=True,
            hidden_act="gelu_pytorch_tanh",
            rms_norm_eps=1e-3,
            rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=4.0),
        ),
    ),
    "tinyYarn": dict(
        family="Llama",
        dtype=torch.float16,
        config=dict(
            SMALL,
            rope_parameters=dict(
                rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=16, beta_fast=4.0
            ),
        ),
    ),
    "tinyLongRope": dict(
        family="Llama",
        dtype=torch.float16,
        config=dict(
            SMALL,
            rope_parameters=dict(
                rope_type="longrope",
                rope_theta=10000.0,
                short_factor=[1.0, 1.1, 1.3, 2.0],
                long_factor=[2.0, 3.0, 4.0, 8.0],
                original_max_position_embeddings=48,
                factor=4.0 / 3.0,
            ),
        ),
        longest=48,
    ),
    "tinyMistral": dict(
        family="Mistral",
        dtype=torch.float16,
        config=dict(SMALL, head_dim=12, sliding_window=7),
    ),
    "tinyQwen2": dict(
        family="Qwen2",
        dtype=torch.bfloat16,
        config=dict(
            SMALL,
            num_hidden_layers=3,
            tie_word_embeddings=True,
            use_sliding_window=True,
            sliding_window=5,
            max_window_layers=1,
            rope_parameters=dict(rope_type="default", rope_theta=1000000.0),
        ),
    ),
    "tinyOlmo": dict(
        family="Olmo",
        dtype=torch.float16,
        config=dict(SMALL, num_key_value_heads=4, clip_qkv=0.6, pad_token_id=None, eos_token_id=2),
    ),
    "tinyOlmo2": dict(
        family="Olmo2",
        dtype=torch.float32,
        config=dict(SMALL, pad_token_id=None, eos_token_id=2, rope_parameters=dict(rope_type="default", rope_theta=500000.0)),
    ),
}


def main() -> None:
    for seed, (name, spec) in enumerate(MODELS.items()):
        config = getattr(transformers, f"{spec['family']}Config")(**spec["config"])
        family = getattr(transformers, f"{spec['family']}ForCausalLM")
        model = family(config)
        random_weights(model, seed)
        folder = FIXTURES / name
        model.to(spec["dtype"]).save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)

        model = family.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
        golden = golden_of(model, 100 + seed, spec.get("longest", config.max_position_embeddings))
        (folder / "logprobs.json").write_text(json.dumps(golden) + "\n")
        print(name, sum(p.numel() for p in model.parameters()), "parameters", golden["sequences"][1])


if __name__ == "__main__":
    main()

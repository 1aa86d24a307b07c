"""Two tiny random GPT-NeoX models and their log-probabilities by transformers.

Writes, for each model, `config.json`, `model.safetensors` (both by `save_pretrained`) and `logprobs.json` into
`src/runtime/fixtures/NAME/`. The models differ in everything the architecture lets differ: share of rotary
dimensions, rotary base, parallel or sequential residual, tied or untied head, activation, LayerNorm epsilon,
width of the MLP, stored precision. Weights are drawn wide enough that the distributions are far from uniform.

    python tools/golden/model/tiny_models.py        # a few seconds
"""

import json
import pathlib
import sys

import torch
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from logprobs import token_logprobs, versions  # noqa: E402

FIXTURES = pathlib.Path(__file__).parents[3] / "src" / "runtime" / "fixtures"

MODELS = {
    "tinyPythia": dict(
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
}


def random_weights(model: GPTNeoXForCausalLM, seed: int) -> None:
    """Fills every parameter: matrices N(0, 1.2²/fan-in), biases N(0, 0.1²), LayerNorm gains 1 + N(0, 0.2²)."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            if name.endswith("bias"):
                parameter.copy_(0.1 * noise)
            elif parameter.dim() == 1:
                parameter.copy_(1 + 0.2 * noise)
            else:
                parameter.copy_(noise * 1.2 / parameter.shape[1] ** 0.5)


def main() -> None:
    for seed, (name, spec) in enumerate(MODELS.items()):
        config = GPTNeoXConfig(**spec["config"])
        assert config.rope_parameters["partial_rotary_factor"] == spec["config"]["rotary_pct"]
        assert config.rope_parameters["rope_theta"] == spec["config"]["rotary_emb_base"]
        model = GPTNeoXForCausalLM(config)
        random_weights(model, seed)
        folder = FIXTURES / name
        model.to(spec["dtype"]).save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)

        model = GPTNeoXForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
        generator = torch.Generator().manual_seed(100 + seed)
        lengths = [2, 3, 9, 17, 32, config.max_position_embeddings]
        sequences = [torch.randint(config.vocab_size, (n,), generator=generator).tolist() for n in lengths]
        golden = {
            "versions": versions(),
            "meaning": "logprobs[i][j] = log p(tokens[i][j + 1] | tokens[i][: j + 1]), natural, fp32 weights and arithmetic",
            "sequences": [{"tokens": tokens, "logprobs": token_logprobs(model, tokens)} for tokens in sequences],
        }
        (folder / "logprobs.json").write_text(json.dumps(golden) + "\n")
        print(name, sum(p.numel() for p in model.parameters()), "parameters", golden["sequences"][1])


if __name__ == "__main__":
    main()

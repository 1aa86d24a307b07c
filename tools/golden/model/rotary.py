"""Inverse frequencies and magnitudes of rotary embeddings by transformers, for every scaling.

Writes `src/model/fixtures/rotary.json`: for each case the fields of a Llama configuration and what
`LlamaRotaryEmbedding` makes of them.

    python tools/golden/model/rotary.py        # seconds
"""

import json
import pathlib
import sys

from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from logprobs import versions  # noqa: E402

TARGET = pathlib.Path(__file__).parents[3] / "src" / "model" / "fixtures" / "rotary.json"

LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)
YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=2048)
LONG = dict(
    rope_type="longrope",
    rope_theta=10000.0,
    short_factor=[1.0 + 0.07 * i for i in range(16)],
    long_factor=[2.0 + i for i in range(16)],
    original_max_position_embeddings=4096,
)
CASES = {
    "default": dict(rope_type="default", rope_theta=10000.0),
    "default, large base": dict(rope_type="default", rope_theta=1000000.0),
    "linear": dict(rope_type="linear", rope_theta=10000.0, factor=3.0),
    "dynamic": dict(rope_type="dynamic", rope_theta=10000.0, factor=4.0),
    "llama3": dict(LLAMA3, rope_theta=500000.0, original_max_position_embeddings=8192),
    "llama3, short": dict(LLAMA3, rope_theta=10000.0, factor=32.0, original_max_position_embeddings=64),
    "yarn": YARN,
    "yarn, no rounding": dict(YARN, truncate=False, beta_fast=24.0, beta_slow=2.0),
    "yarn, mscale": dict(YARN, mscale=1.0, mscale_all_dim=0.8),
    "yarn, attention factor": dict(YARN, attention_factor=1.25),
    "longrope": dict(LONG, factor=2.0),
    "longrope, factor from lengths": LONG,
    "longrope, attention factor": dict(LONG, factor=2.0, attention_factor=1.1),
}


def main() -> None:
    cases = []
    for name, parameters in CASES.items():
        fields = dict(
            hidden_size=64, num_attention_heads=2, max_position_embeddings=8192 if "longrope" in name else 16384
        )
        rotary = LlamaRotaryEmbedding(LlamaConfig(**fields, rope_parameters=dict(parameters)))
        cases.append(
            {
                "name": name,
                "fields": {**fields, "rope_parameters": parameters},
                "inverseFrequencies": rotary.inv_freq.tolist(),
                "magnitude": rotary.attention_scaling,
            }
        )
    TARGET.write_text(json.dumps({"versions": versions(), "cases": cases}, separators=(",", ":")) + "\n")
    print(len(cases), "cases,", TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()

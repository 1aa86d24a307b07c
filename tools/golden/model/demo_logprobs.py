"""transformers' per-token log-probabilities of demo texts, on two checkpoints and on their merge.

The sequences are the first rows of the demo's tasks, tokenised by the checkpoint's own tokenizer. The merge is
λΘ_newer + (1−λ)Θ_older in fp32, never rounded to fp16, as the app evaluates it.

    python tools/golden/model/demo_logprobs.py [public/demo]        # seconds
"""

import hashlib
import json
import pathlib
import sys

import tokenizers
import torch
from transformers import GPTNeoXForCausalLM

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from logprobs import token_logprobs, versions  # noqa: E402

ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "engine" / "fixtures" / "transformersDemo.json"
LAMBDA = 0.87
ROWS_PER_TASK = 3


def text_of(row: dict) -> str:
    """A row of any shape as one text, its gold answer in place."""
    if "text" in row:
        return row["text"]
    if "choices" in row:
        return f"{row['context']} {row['choices'][row['gold']]}"
    if "contexts" in row:
        return f"{row['contexts'][row['gold']]} {row['continuation']}"
    return f"{row['question']} {row['answer']}"


def load(folder: pathlib.Path) -> GPTNeoXForCausalLM:
    return GPTNeoXForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")


def merge(older: GPTNeoXForCausalLM, newer: GPTNeoXForCausalLM) -> GPTNeoXForCausalLM:
    """The newer model's weights replaced by the merge."""
    a, b = torch.tensor(1 - LAMBDA, dtype=torch.float32), torch.tensor(LAMBDA, dtype=torch.float32)
    with torch.no_grad():
        for target, other in zip(newer.parameters(), older.parameters(), strict=True):
            target.copy_(a * other + b * target)
    return newer


def main() -> None:
    demo = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "public" / "demo"
    manifest = json.loads((demo / "run.json").read_text())
    parents = [demo / f"step{step}" for step in manifest["defaultPair"]]
    tokenizer = tokenizers.Tokenizer.from_file(str(parents[0] / "tokenizer.json"))
    rows = [
        json.loads(line)
        for task in manifest["tasks"]
        for line in (demo / task["search"]["path"]).read_text().splitlines()[:ROWS_PER_TASK]
    ]
    texts = [text_of(row) for row in rows]
    sequences = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    older, newer = (load(parent) for parent in parents)
    models = {
        "older": [token_logprobs(older, tokens) for tokens in sequences],
        "newer": [token_logprobs(newer, tokens) for tokens in sequences],
    }
    merged = merge(older, newer)
    models["merge"] = [token_logprobs(merged, tokens) for tokens in sequences]
    golden = {
        "versions": versions(),
        "parents": manifest["defaultPair"],
        "parentSha256": [hashlib.sha256((parent / "model.safetensors").read_bytes()).hexdigest() for parent in parents],
        "lambda": LAMBDA,
        "texts": texts,
        "tokens": sequences,
        "logprobs": {
            name: [[round(value, 6) for value in row] for row in values] for name, values in models.items()
        },
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(golden, separators=(",", ":"), ensure_ascii=False) + "\n")
    print(len(texts), "texts,", TARGET.stat().st_size, "bytes")
    for name, values in models.items():
        total = sum(sum(row) for row in values) / sum(len(row) for row in values)
        print(name, f"{-total:.4f} nats a token")


if __name__ == "__main__":
    main()

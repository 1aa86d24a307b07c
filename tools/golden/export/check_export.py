"""transformers' log-probabilities of exported checkpoints.

    python tools/golden/export/check_export.py golden FOLDER    # of write_exports.ts: writes the golden, in seconds
    python tools/golden/export/check_export.py compare FOLDER OURS.json

The golden holds, for each case, the SHA-256 of the files that transformers loaded. `compare` takes one exported folder and
`{"tokens": [[...], ...], "logprobs": [[...], ...]}` as computed elsewhere, where logprobs[i][j] = log p(tokens[i][j + 1] |
tokens[i][: j + 1]); it prints the largest difference and fails above 1e-4.
"""

import hashlib
import json
import pathlib
import sys

import torch
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "model"))
from logprobs import token_logprobs, versions  # noqa: E402

ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "engine" / "fixtures" / "exportedMerges.json"


def load(folder: pathlib.Path) -> torch.nn.Module:
    """The model in fp32, with every weight found and nothing of its weights left over."""
    model, told = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    wrong = {key: told[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys") if told[key]}
    if wrong:
        sys.exit(f"{folder}: {wrong}")
    return model


def case_of(folder: pathlib.Path, sequences: list[list[int]]) -> dict:
    model = load(folder)
    config = json.loads((folder / "config.json").read_text())
    names = sorted(path.name for path in folder.iterdir())
    return {
        "dtype": config["dtype"],
        "sha256": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names},
        "logprobs": [token_logprobs(model, tokens) for tokens in sequences],
    }


def write_golden(root: pathlib.Path) -> None:
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    tokenizer = transformers.AutoTokenizer.from_pretrained(folders[0])
    texts = ["The merge of two checkpoints is a checkpoint.", "What is 3 plus 4? It is 7.", "Heavy things sink and light things float."]
    tokens = [tokenizer(text)["input_ids"] for text in texts]
    golden = {
        "versions": versions(),
        "texts": texts,
        "tokens": tokens,
        "cases": {folder.name: case_of(folder, tokens) for folder in folders},
    }
    TARGET.write_text(json.dumps(golden, indent=1) + "\n")


def compare(folder: pathlib.Path, ours: dict) -> None:
    model = load(folder)
    pairs = [
        (a, b)
        for tokens, logprobs in zip(ours["tokens"], ours["logprobs"], strict=True)
        for a, b in zip(token_logprobs(model, tokens), logprobs, strict=True)
    ]
    largest = max(abs(a - b) for a, b in pairs)
    print(f"{len(pairs)} log-probabilities, largest difference {largest:.2e}")
    if not largest < 1e-4:
        sys.exit(1)


def main() -> None:
    command, folder, *rest = sys.argv[1:]
    if command == "golden":
        write_golden(pathlib.Path(folder))
    else:
        compare(pathlib.Path(folder), json.loads(pathlib.Path(rest[0]).read_text()))


if __name__ == "__main__":
    main()

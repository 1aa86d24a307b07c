"""Check the shipped demo against what is promised: `python check.py public/demo`.

Says every failure, and exits 1 on any. Sizes, sums, row shapes, balanced answers, no duplicates, and that no
question of the tasks stands in the training text (the stream that was trained on is made again and searched).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

from corpus import Corpus
from safetensors import safe_open
from tokenizers import Tokenizer
from train import BATCH, LATE, LENGTH, SEED
from world import build_world

LIMIT = 25_000_000  # bytes of public/demo in all
SHAPES = {
    "multiple-choice": {"context", "choices", "gold"},
    "partial": {"contexts", "continuation", "gold"},
    "generation": {"question", "answer"},
    "perplexity": {"text"},
}


class Checks:
    """Collects what fails, so that one run tells all."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[str] = []

    def that(self, holds: bool, promise: str) -> None:
        if holds:
            self.passed += 1
        else:
            self.failed.append(promise)


def check_files(checks: Checks, demo: Path, manifest: dict) -> None:
    total = sum(f.stat().st_size for f in demo.rglob("*") if f.is_file())
    checks.that(total <= LIMIT, f"public/demo is {total} bytes, more than {LIMIT}")
    steps = [c["step"] for c in manifest["checkpoints"]]
    checks.that(len(steps) >= 12 and steps == sorted(steps), "12 checkpoints or more, oldest first")
    late = [s for s in steps if s in LATE]
    checks.that(
        len(late) == 11 and len({b - a for a, b in zip(late, late[1:])}) == 1, "11 late ones at even steps"
    )
    checks.that(set(manifest["defaultPair"]) <= set(steps), "the default pair is among the checkpoints")
    tokenizers = set()
    for entry in manifest["checkpoints"]:
        folder = demo / entry["path"]
        data = (folder / "model.safetensors").read_bytes()
        same = hashlib.sha256(data).hexdigest() == entry["sha256"] and len(data) == entry["bytes"]
        checks.that(same, f"{entry['path']}: size and SHA-256 are the manifest's")
        with safe_open(folder / "model.safetensors", "np") as file:
            tensors = [file.get_tensor(key) for key in file.keys()]
        checks.that({str(t.dtype) for t in tensors} == {"float16"}, f"{entry['path']}: every tensor is fp16")
        checks.that(
            sum(t.size for t in tensors) == manifest["parameters"], f"{entry['path']}: parameter count"
        )
        tokenizers.add((folder / "tokenizer.json").read_bytes())
    checks.that(len(tokenizers) == 1, "one tokenizer for all checkpoints")


def check_task(checks: Checks, demo: Path, task: dict, tokenizer: Tokenizer) -> list[dict]:
    """Shapes, answers and tokens of both halves; returns all rows."""
    name, rows = task["name"], []
    for part in ("search", "test"):
        lines = (demo / task[part]["path"]).read_text(encoding="utf-8").splitlines()
        rows += [json.loads(line) for line in lines]
        checks.that(len(lines) == task[part]["rows"], f"{name}: {part} has the manifest's number of rows")
    checks.that(len(rows) >= 1000, f"{name}: {len(rows)} rows, fewer than 1000")
    checks.that(
        all(set(r) - {"id", "subject"} == SHAPES[task["kind"]] for r in rows),
        f"{name}: the shape of its kind",
    )
    contents = [json.dumps({k: v for k, v in r.items() if k != "id"}, sort_keys=True) for r in rows]
    checks.that(len(set(contents)) == len(rows), f"{name}: duplicate rows")
    checks.that(len({r["id"] for r in rows}) == len(rows), f"{name}: duplicate ids")
    texts = [
        t for r in rows for v in r.values() for t in (v if isinstance(v, list) else [v]) if isinstance(t, str)
    ]
    checks.that(all(t == t.strip() for t in texts), f"{name}: a text begins or ends in white space")
    checks.that(
        all(tokenizer.decode(tokenizer.encode(t).ids) == t for t in texts), f"{name}: tokenizer round trip"
    )
    if "gold" in rows[0]:
        counts = [len(r.get("choices") or r["contexts"]) for r in rows]
        checks.that(all(0 <= r["gold"] < n for r, n in zip(rows, counts)), f"{name}: gold out of range")
        golds = Counter(r["gold"] for r in rows)
        checks.that(
            len(set(counts)) == 1 and len(golds) == counts[0], f"{name}: every position is right somewhere"
        )
        checks.that(max(golds.values()) <= 1.1 * min(golds.values()), f"{name}: unbalanced answers {golds}")
    return rows


def check_held_out(checks: Checks, rows: dict[str, list[dict]]) -> None:
    """Makes the training text again and looks for the questions of the tasks in it."""
    asked = {r["context"].splitlines()[0] for t, rs in rows.items() for r in rs if "context" in r}
    asked |= {r["question"] for r in rows["sums"]}
    texts = {r["text"] for t, rs in rows.items() for r in rs if "text" in r}
    starts = {c for r in rows["pronoun"] for c in r["contexts"]}
    wanted, characters, seen = asked | starts, 0, set()
    stream = Corpus(build_world(SEED), SEED + 2).documents()
    while characters < max(LATE) * BATCH * LENGTH * 4:  # a token is under four characters here
        document = next(stream)
        characters += len(document)
        pieces = {document, *document.splitlines()}
        pieces |= {line.rsplit(" ", 1)[0] for line in document.splitlines()}
        seen |= pieces & (wanted | texts)
        seen |= {s for s in prefixes(document) if s in starts}
    checks.that(
        not seen, f"{len(seen)} held-out texts stand in the training text, such as {sorted(seen)[:3]}"
    )


def prefixes(document: str) -> list[str]:
    """Every beginning, at a word's end, of the document and of its sentences."""
    words = document.split(" ")
    starts = [0] + [i + 1 for i, w in enumerate(words) if w.endswith(".")]
    return [" ".join(words[s : s + n]) for s in starts for n in range(4, 16)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("demo", type=Path)
    demo = parser.parse_args().demo
    manifest = json.loads((demo / "run.json").read_text(encoding="utf-8"))
    checks = Checks()
    check_files(checks, demo, manifest)
    tokenizer = Tokenizer.from_file(str(demo / manifest["checkpoints"][0]["path"] / "tokenizer.json"))
    rows = {task["name"]: check_task(checks, demo, task, tokenizer) for task in manifest["tasks"]}
    check_held_out(checks, rows)
    for promise in checks.failed:
        print(f"FAILED  {promise}")
    print(f"checks: {checks.passed} passed, {len(checks.failed)} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())

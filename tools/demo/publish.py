"""Put a trained run and its tasks where the app serves them: `python publish.py RUN --out public/demo`.

Writes `step…/`, `tasks/*.jsonl`, the licence and the manifest `run.json` that names them all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path

from safetensors import safe_open
from tasks import make_tasks
from train import BATCH, EARLY, LATE, LENGTH, SEED
from world import build_world

DEFAULT_TASK = "knowledge-en"
DEFAULT_PAIR = (3000, 3200)

# What the page says about each task.
TASKS = {
    "physical": {
        "title": "Physical sense",
        "question": "What happens, or which tool?",
        "kind": "multiple-choice",
        "language": "English",
        "description": "Two choices about things and tools that training describes but never asks about.",
        "metric": "acc",
        "chance": 0.5,
        "like": "PIQA's shape",
    },
    "pronoun": {
        "title": "Who was it?",
        "question": "Who or which fits the ending?",
        "kind": "partial",
        "language": "English",
        "description": "The same ending is scored after either name. Names in these stories are new to them.",
        "metric": "acc",
        "chance": 0.5,
        "like": "WinoGrande's shape",
    },
    "knowledge-en": {
        "title": "Knowledge, English",
        "question": "What is true of this person?",
        "kind": "multiple-choice",
        "language": "English",
        "description": "Four choices about people whom no training question is about.",
        "metric": "acc",
        "chance": 0.25,
        "like": "MMLU's shape",
    },
    "knowledge-ruvani": {
        "title": "Knowledge, Ruvani",
        "question": "The same, asked in Ruvani",
        "kind": "multiple-choice",
        "language": "Ruvani",
        "description": "Four choices about Ruvani speakers, in their invented, verb-last language.",
        "metric": "acc",
        "chance": 0.25,
        "like": "CMMLU's shape",
    },
    "sums": {
        "title": "Small sums",
        "question": "How many are there now?",
        "kind": "generation",
        "language": "English",
        "description": "The number is generated and must match. These people do no sums in training.",
        "metric": "exact_match",
        "chance": None,
        "like": "GSM8K's shape",
        "until": ["\n", "."],
    },
    "text-en": {
        "title": "Running text, English",
        "question": "How surprising is fresh text?",
        "kind": "perplexity",
        "language": "English",
        "description": "Fresh stories from the same world; perplexity, lower is better.",
        "metric": "perplexity",
        "chance": None,
        "like": "WikiText's shape",
    },
    "text-ruvani": {
        "title": "Running text, Ruvani",
        "question": "How surprising is fresh text in Ruvani?",
        "kind": "perplexity",
        "language": "Ruvani",
        "description": "Fresh stories in the second language; perplexity, lower is better.",
        "metric": "perplexity",
        "chance": None,
        "like": "WikiText's shape",
    },
}

LICENCE_NOTE = (
    "The checkpoints, the tokenizer and the task rows in this folder were made by tools/demo of this\n"
    "project, from a world and a language invented there. They contain no text from elsewhere and are\n"
    "under the project's licence, MIT (see LICENSE at the top of the repository).\n"
)


def write_tasks(out: Path) -> list[dict]:
    """Both halves of every task, and the manifest's entry for each."""
    folder = out / "tasks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    entries = []
    for name, rows in make_tasks(build_world(SEED), SEED).items():
        half = len(rows) // 2
        entry = {"name": name, **TASKS[name]}
        for part, chosen in (("search", rows[:half]), ("test", rows[half:])):
            lines = [
                json.dumps({"id": f"{name}-{part}-{i}", **row}, ensure_ascii=False)
                for i, row in enumerate(chosen)
            ]
            (folder / f"{name}.{part}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
            entry[part] = {"path": f"tasks/{name}.{part}.jsonl", "rows": len(chosen)}
        entries.append(entry)
    return entries


def copy_checkpoint(run: Path, out: Path, step: int) -> dict:
    """One checkpoint folder, and the manifest's entry for it."""
    target = out / f"step{step}"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(run / f"step{step}", target)
    weights = target / "model.safetensors"
    weights.chmod(0o644)
    return {
        "step": step,
        "path": f"step{step}",
        "tokens": step * BATCH * LENGTH,
        "bytes": weights.stat().st_size,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }


def count_parameters(weights: Path) -> int:
    with safe_open(weights, "np") as file:
        return sum(file.get_tensor(key).size for key in file.keys())


def publish(run: Path, out: Path) -> None:
    steps = EARLY + LATE
    for old in out.glob("step*"):
        shutil.rmtree(old)
    manifest = {
        "name": "pocket-neox",
        "title": "Pocket NeoX",
        "description": (
            "A GPT-NeoX of Pythia's architecture at pocket size, trained on a small made-up world in English "
            "and in Ruvani, an invented language. Constant learning rate after the warm-up."
        ),
        "licence": "MIT",
        "parameters": count_parameters(run / f"step{steps[0]}" / "model.safetensors"),
        "tokensPerStep": BATCH * LENGTH,
        "checkpoints": [copy_checkpoint(run, out, step) for step in steps],
        "tasks": write_tasks(out),
        "defaultTask": DEFAULT_TASK,
        "defaultPair": list(DEFAULT_PAIR),
    }
    (out / "run.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "LICENSE").write_text(LICENCE_NOTE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="what train.py wrote")
    parser.add_argument("--out", type=Path, default=Path("public/demo"))
    arguments = parser.parse_args()
    publish(arguments.run, arguments.out)

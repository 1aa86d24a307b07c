"""lm-evaluation-harness on the demo's tasks: metrics, and every item's choice and log-likelihoods.

A checkpoint is evaluated by lm-eval's own `simple_evaluate` with its `hf` model in fp32, on the first rows of the search
halves: one multiple-choice task, one scored by partial evaluation (declared as lm-eval's own WinoGrande is), and one of
running text by rolling log-likelihood (as its WikiText).

    python tools/golden/lm_eval/evaluate_demo.py [public/demo] [STEP]      # about a minute
"""

import hashlib
import importlib.metadata
import json
import pathlib
import re
import sys

import lm_eval
from lm_eval.models.huggingface import HFLM

ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "engine" / "fixtures" / "lmEvalDemo.json"
LIMIT = 200


def text_results(doc: dict, results: tuple[float]) -> dict:
    """As WikiText's: words and bytes of the text as it stands."""
    (loglikelihood,) = results
    words, size = len(re.split(r"\s+", doc["text"])), len(doc["text"].encode())
    return {
        "word_perplexity": (loglikelihood, words),
        "byte_perplexity": (loglikelihood, size),
        "bits_per_byte": (loglikelihood, size),
    }


# Task of the demo → what lm-eval's YAML would say.
TASKS = {
    "knowledge-en": {
        "output_type": "multiple_choice",
        "doc_to_text": "{{context}}",
        "doc_to_choice": "{{choices}}",
        "doc_to_target": "gold",
        "metric_list": [{"metric": "acc"}, {"metric": "acc_norm"}],
    },
    "pronoun": {
        "output_type": "multiple_choice",
        # Several inputs and one continuation: lm-eval then takes the text for the gold index (see its WinoGrande).
        "doc_to_text": lambda doc: doc["gold"],
        "doc_to_choice": lambda doc: doc["contexts"],
        "doc_to_target": lambda doc: doc["continuation"],
        "metric_list": [{"metric": "acc"}],
    },
    "text-en": {
        "output_type": "loglikelihood_rolling",
        "doc_to_text": "",
        "doc_to_target": "{{text}}",
        "process_results": text_results,
        "metric_list": [{"metric": metric} for metric in ("word_perplexity", "byte_perplexity", "bits_per_byte")],
    },
}


def task_config(name: str, spec: dict, rows: pathlib.Path) -> dict:
    return {
        "task": name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"validation": str(rows)}},
        "validation_split": "validation",
        "num_fewshot": 0,
        **spec,
    }


def item(spec: dict, sample: dict) -> list[float]:
    """Log-likelihoods of the item's choices, or of its text."""
    values = [response[0] for response in sample["resps"]] if spec["output_type"] != "multiple_choice" else [
        response[0][0] for response in sample["resps"]
    ]
    return [round(float(value), 5) for value in values]


def main() -> None:
    demo = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "public" / "demo"
    manifest = json.loads((demo / "run.json").read_text())
    step = int(sys.argv[2]) if len(sys.argv) > 2 else manifest["defaultPair"][1]
    paths = {task["name"]: demo / task["search"]["path"] for task in manifest["tasks"]}
    model = HFLM(pretrained=str(demo / f"step{step}"), dtype="float32", device="cpu", batch_size=16)
    golden = {
        "versions": {name: importlib.metadata.version(name) for name in ("lm_eval", "transformers", "tokenizers", "torch")},
        "step": step,
        "sha256": hashlib.sha256((demo / f"step{step}" / "model.safetensors").read_bytes()).hexdigest(),
        "limit": LIMIT,
        "tasks": {},
    }
    for name, spec in TASKS.items():
        choices = spec["output_type"] == "multiple_choice"
        outcome = lm_eval.simple_evaluate(
            model=model, tasks=[task_config(name, spec, paths[name])], limit=LIMIT, log_samples=True, bootstrap_iters=100 if choices else 0
        )
        results = {
            key: value for key, value in outcome["results"][name].items() if isinstance(value, float)
        }
        samples = sorted(outcome["samples"][name], key=lambda sample: sample["doc_id"])
        golden["tasks"][name] = {"results": results, "loglikelihoods": [item(spec, sample) for sample in samples]}
        print(name, results, samples[0]["arguments"], golden["tasks"][name]["loglikelihoods"][0])
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()

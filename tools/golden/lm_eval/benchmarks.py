"""lm-evaluation-harness over every built-in benchmark, item by item, on three small models.

Its own task files on the first rows of the published sets under ../shared/data (or the folder given), its `hf` model in
fp32 on the CPU. No text of the sets goes into the goldens: token ids are kept as hashes.

    HF_HUB_OFFLINE=1 python tools/golden/lm_eval/benchmarks.py [DATA] [MODEL…]      # a quarter of an hour
"""

import csv
import hashlib
import importlib.metadata
import json
import lzma
import pathlib
import re
import sys
import tempfile

import lm_eval
import numpy as np
from lm_eval.api.metrics import aggregate_subtask_metrics, pooled_sample_stderr, unweighted_mean_stderr
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks._yaml_loader import load_yaml
from transformers import PreTrainedTokenizerFast

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from procedural import write_model  # noqa: E402

ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "engine" / "fixtures" / "lmEvalBenchmarks"
TASKS = pathlib.Path(lm_eval.__file__).parent / "tasks"
LETTERS = "ABCD"


def lines(path: pathlib.Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def table(path: pathlib.Path) -> list[dict]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def piqa(data):
    labels = (data / "piqa/valid-labels.lst").read_text().split()
    return {"validation": [{**row, "label": int(label)} for row, label in zip(lines(data / "piqa/valid.jsonl"), labels, strict=True)]}


def hellaswag(data):
    rows = lines(data / "hellaswag/validation.first1000.jsonl")
    return {"validation": [{"query": row["ctx"], "choices": row["endings"], "label": row["label"]} for row in rows]}


def lambada(data):
    return {"test": [{"text": f"{row['context']} {row['continuation']}"} for row in lines(data / "lambada_openai/test.jsonl")]}


def exam(folder, evaluated, subject, suffix):
    def make(data):
        def rows(split):
            name = f"{subject}_{split}.csv" if suffix else f"{subject}.csv"
            found = table(data / folder / split / name)
            if folder == "mmlu":
                return [{"question": row["question"], "choices": [row[f"choice{i}"] for i in range(4)], "answer": int(row["answer"])} for row in found]
            return [{key: value for key, value in row.items() if key not in ("", "explanation")} for row in found]

        return {"dev": rows("dev"), evaluated: rows(evaluated)}

    return make


def medmcqa(data):
    rows = lines(data / "medmcqa/test.first500.jsonl")
    return {"validation": [{"question": row["question"], **{f"op{letter.lower()}": row["options"][letter] for letter in LETTERS}, "cop": LETTERS.index(row["answer_idx"])} for row in rows]}


def single(path, split="validation"):
    return lambda data: {split: lines(data / path)}


# Name → task file, documents by split, keys to drop (splits the data has not), limit, numbers of worked examples.
SINGLE = {
    "piqa": ("piqa/piqa.yaml", piqa, ["training_split"], 100, (0, 5)),
    "winogrande": ("winogrande/default.yaml", single("winogrande/winogrande_xl.validation.jsonl"), ["training_split"], 100, (0, 5)),
    "hellaswag": ("hellaswag/hellaswag.yaml", hellaswag, ["training_split", "process_docs"], 100, (0,)),
    "arc_easy": ("arc/arc_easy.yaml", single("arc_easy/validation.jsonl"), ["training_split", "test_split"], 100, (0,)),
    "arc_challenge": ("arc/arc_challenge.yaml", single("arc_challenge/validation.jsonl"), ["training_split", "test_split"], 100, (0,)),
    "sciq": ("sciq/sciq.yaml", single("sciq/validation.jsonl"), ["training_split", "test_split"], 100, (0,)),
    "lambada_openai": ("lambada/lambada_openai.yaml", lambada, [], 100, (0,)),
    "medmcqa": ("medmcqa/medmcqa.yaml", medmcqa, ["training_split", "test_split"], 100, (0,)),
    "gsm8k": ("gsm8k/gsm8k.yaml", lambda data: {"train": lines(data / "gsm8k/train.first500.jsonl"), "test": lines(data / "gsm8k/test.jsonl")}, [], 10, (5,)),
}

# Name → parts (subset, task file, documents), limit a part, numbers of worked examples, whether weighted by size.
GROUPS = {
    "mmlu": ([(s, f"mmlu/default/mmlu_{s}.yaml", exam("mmlu", "test", s, True)) for s in ("abstract_algebra", "formal_logic", "high_school_physics", "high_school_world_history", "marketing", "miscellaneous")], 20, (0, 5), True),
    "cmmlu": ([(s, f"cmmlu/cmmlu_{s}.yaml", exam("cmmlu", "test", s, False)) for s in ("agronomy", "anatomy", "chinese_history", "elementary_mathematics", "world_religions")], 20, (0, 5), True),
    "ceval-valid": ([(s, f"ceval/ceval-valid_{s}.yaml", exam("ceval", "val", s, True)) for s in ("accountant", "college_physics", "high_school_chinese", "law", "physician")], 20, (5,), True),
    "blimp": ([(s, f"blimp/{s}.yaml", single(f"blimp/{s}.jsonl", "train")) for s in ("adjunct_island", "causative", "npi_present_1", "passive_1", "wh_island")], 20, (0,), False),
}

# Rows of our own that go wrong easily, in the shapes of task files.
LONG = " ".join(f"word{i}" for i in range(3000))
TRAPS = [
    {"context": "Cafe\u0301 or café?", "choices": ["cafe\u0301", "café"], "gold": 1},
    {"context": "👩‍👩‍👧‍👦 is a", "choices": ["family 👪", "👩‍🚀"], "gold": 0},
    {"context": "中文的问题：", "choices": ["是", "不是"], "gold": 0, "delimiter": ""},
    {"context": "Line\r\nbreaks\r\n", "choices": ["stay", "go\r\naway"], "gold": 0},
    {"context": "odd\u0085space\ufeff", "choices": ["one", "two"], "gold": 1},
    {"context": "trailing spaces   ", "choices": ["a", "b c"], "gold": 0},
    {"context": "", "choices": ["nothing before", "nothing at all before"], "gold": 1},
    {"context": LONG, "choices": ["end", "the very end"], "gold": 0},
    {"context": "a tie", "choices": ["same", "same", "other"], "gold": 1},
    {"context": "one token or many", "choices": ["a", "antidisestablishmentarianism and more"], "gold": 0},
    {"context": "seam: un", "choices": ["believable story", "do it again"], "gold": 0, "delimiter": ""},
    {"context": "<|endoftext|>begins with it", "choices": ["x", "y"], "gold": 0},
]


def trap_task(folder: pathlib.Path) -> dict:
    path = folder / "traps.jsonl"
    path.write_text("".join(json.dumps({"delimiter": " ", **row}, ensure_ascii=False) + "\n" for row in TRAPS))
    return {
        "task": "traps",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(path)}},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": lambda doc: doc["context"],
        "doc_to_choice": lambda doc: [doc["delimiter"] + choice for choice in doc["choices"]],
        "doc_to_target": lambda doc: doc["gold"],
        "target_delimiter": "",
        "num_fewshot": 0,
        "metric_list": [{"metric": "acc"}],
    }


def text_task(folder: pathlib.Path, shared: pathlib.Path) -> tuple[dict, list[str]]:
    """The first books of the corpus as running text of several windows, scored as WikiText is."""
    with lzma.open(shared / "corpus/children_small.txt.xz", "rt") as file:
        corpus = file.read(60_000)
    pages = [corpus[i * 12_000 : (i + 1) * 12_000 - 37 * i] for i in range(4)]
    path = folder / "pages.jsonl"
    path.write_text("".join(json.dumps({"page": page}) + "\n" for page in pages))
    config = load_yaml(TASKS / "wikitext/wikitext.yaml")
    config.update(dataset_path="json", dataset_name=None, dataset_kwargs={"data_files": {"test": str(path)}})
    for key in ("training_split", "validation_split", "tag"):
        config.pop(key, None)
    return config, pages


class Recorder(HFLM):
    """Remembers the token ids of every scored pair, as they go into the model."""

    def _loglikelihood_tokens(self, requests, *args, **kwargs):
        for pair, context, continuation in requests:
            if pair is not None:
                ids = (list(context) + list(continuation))[-(self.max_length + 1) :]
                self.seen[tuple(pair)] = (ids, len(continuation))
        return super()._loglikelihood_tokens(requests, *args, **kwargs)


def tokens_hash(seen: dict, arguments) -> str:
    digest = hashlib.sha256()
    for pair in arguments:
        ids, count = seen[tuple(pair)]
        digest.update(np.asarray([count, *ids], dtype="<i4").tobytes())
    return digest.hexdigest()[:12]


def configured(file: str, documents: dict[str, list[dict]], drop: list[str], folder: pathlib.Path, shots: int) -> dict:
    config = load_yaml(TASKS / file)
    files = {}
    for split, rows in documents.items():
        path = folder / f"{config['task']}-{split}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        files[split] = str(path)
    for key in ("tag", "group", *drop):
        config.pop(key, None)
    if "process_docs" in drop:
        config["doc_to_choice"] = "choices"
    config.update(dataset_path="json", dataset_name=None, dataset_kwargs={"data_files": files}, num_fewshot=shots)
    return config


def run(model: Recorder, config: dict, limit: int | None) -> dict:
    model.seen = {}
    outcome = lm_eval.simple_evaluate(model=model, tasks=[config], limit=limit, log_samples=True, bootstrap_iters=100)
    name = config["task"]
    samples = sorted(outcome["samples"][name], key=lambda sample: sample["doc_id"])
    results = {key: float(value) for key, value in outcome["results"][name].items() if isinstance(value, (int, float)) and key != "sample_len"}
    items = []
    if config["output_type"] == "generate_until":
        for sample in samples:
            if sample["filter"] == "strict-match":
                other = next(one for one in samples if one["doc_id"] == sample["doc_id"] and one["filter"] == "flexible-extract")
                items.append([sample["resps"][0][0], sample["filtered_resps"][0], other["filtered_resps"][0], int(sample["exact_match"]), int(other["exact_match"])])
    elif config["output_type"] == "loglikelihood_rolling":
        items = [[round(float(sample["filtered_resps"][0]), 4)] for sample in samples]
    else:
        for sample in samples:
            pairs = [(float(response[0][0]), bool(response[0][1])) for response in sample["resps"]]
            items.append([tokens_hash(model.seen, sample["arguments"]), [round(ll, 5) for ll, _ in pairs], "".join("01"[greedy] for _, greedy in pairs), *([int(sample["acc"])] if "acc" in sample else []), *([int(sample["acc_norm"])] if "acc_norm" in sample else [])])
    print(name, config.get("num_fewshot"), results, flush=True)
    return {"results": results, "n": len(items), "items": items}


def grouped(parts: dict[str, dict], weighted: bool) -> dict:
    metrics = [key for key in next(iter(parts.values()))["results"] if key in ("acc,none", "acc_norm,none")]
    sizes = [part["n"] for part in parts.values()]
    figures = {}
    for metric in metrics:
        stderr = metric.replace(",", "_stderr,")
        values = [part["results"][metric] for part in parts.values()]
        stderrs = [part["results"][stderr] for part in parts.values()]
        figures[metric] = float(aggregate_subtask_metrics(values, sizes, weighted))
        figures[stderr] = float(pooled_sample_stderr(stderrs, sizes) if weighted else unweighted_mean_stderr(stderrs))
    return figures


def main() -> None:
    arguments = sys.argv[1:]
    shared = pathlib.Path(arguments[0]) if arguments else ROOT.parent / "shared" / "data"
    wanted = arguments[1:] or ["demo", "neox", "llama"]
    data = shared / "benchmarks"
    tokenizer = json.loads(next((shared / "tokenizer").glob("*.json")).read_text())
    TARGET.mkdir(parents=True, exist_ok=True)
    step = json.loads((ROOT / "public/demo/run.json").read_text())["defaultPair"][1]
    for name in wanted:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            if name == "demo":
                where = ROOT / "public" / "demo" / f"step{step}"
                content = hashlib.sha256((where / "model.safetensors").read_bytes()).hexdigest()
            else:
                where = folder / "model"
                content = write_model(name, where, tokenizer)
            # transformers' own class for GPT-NeoX puts NFC before whatever tokenizer.json says; here it is read as it stands.
            tokens = PreTrainedTokenizerFast.from_pretrained(str(where))
            model = Recorder(pretrained=str(where), tokenizer=tokens, dtype="float32", device="cpu", batch_size=8)
            golden = {
                "versions": {one: importlib.metadata.version(one) for one in ("lm_eval", "transformers", "tokenizers", "torch")},
                "model": name if name != "demo" else f"demo:{step}",
                "content": content,
                "traps": TRAPS,
                "tasks": [],
            }

            def keep(task, shots, outcome, parts=None):
                golden["tasks"].append({"task": task, "shots": shots, **outcome, **({"parts": parts} if parts else {})})

            keep("traps", 0, run(model, trap_task(folder), None))
            config, pages = text_task(folder, shared)
            keep("wikitext", 0, {**run(model, config, None), "pages": [hashlib.sha256(page.encode()).hexdigest()[:12] for page in pages]})
            for task, (file, documents, drop, limit, shots) in SINGLE.items():
                for k in shots:
                    # A context of 256 tokens has no room for 256 new ones, nor for worked examples.
                    if name == "demo" and (k > 0 or task == "gsm8k"):
                        continue
                    model.batch_size_per_gpu = 2 if k > 0 else 8
                    keep(task, k, run(model, configured(file, documents(data), drop, folder, k), limit))
            for group, (parts, limit, shots, weighted) in GROUPS.items():
                for k in shots:
                    if name == "demo" and k > 0:
                        continue
                    model.batch_size_per_gpu = 2 if k > 0 else 8
                    outcomes = {subset: run(model, configured(file, documents(data), [], folder, k), limit) for subset, file, documents in parts}
                    whole = {"results": grouped(outcomes, weighted), "n": sum(part["n"] for part in outcomes.values()), "items": [item for part in outcomes.values() for item in part["items"]]}
                    keep(group, k, whole, {subset: part["results"] for subset, part in outcomes.items()})
            path = TARGET / f"{name}.json"
            path.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
            print(path, path.stat().st_size, "bytes", flush=True)


if __name__ == "__main__":
    main()

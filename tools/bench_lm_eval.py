"""Time lm-evaluation-harness on published sets, the other side of `npm run bench:eval`.

    python bench_lm_eval.py make FOLDER TOKENIZER.json            # fp32 random weights in the shape of Pythia-70M
    python bench_lm_eval.py score MODEL DATA --threads 2          # PIQA, HellaSwag, 5-shot MMLU
    python bench_lm_eval.py onnx MODEL                            # MODEL/onnx/model.onnx, what transformers.js reads
    python bench_lm_eval.py generate MODEL --threads 2            # transformers' greedy generation

The harness's own task files and `hf` model in fp32, model and documents in memory before the clock starts, the fastest
of several batch sizes. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import shutil
import sys
import tempfile
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent / "golden" / "lm_eval"))

# Name → limit (of each part), batch sizes tried.
PLANS = {"piqa": (200, (8, 16, 32)), "hellaswag": (100, (8, 16, 32)), "mmlu": (20, (1, 2, 4))}


def make(arguments: argparse.Namespace) -> dict:
    from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

    torch.manual_seed(0)
    config = GPTNeoXConfig(
        vocab_size=50304,
        hidden_size=512,
        num_hidden_layers=6,
        num_attention_heads=8,
        intermediate_size=2048,
        rotary_pct=0.25,
        max_position_embeddings=2048,
        bos_token_id=0,
        eos_token_id=0,
        tie_word_embeddings=False,
    )
    GPTNeoXForCausalLM(config).float().save_pretrained(arguments.folder)
    shutil.copy(arguments.tokenizer, arguments.folder / "tokenizer.json")
    config_json = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}
    (arguments.folder / "tokenizer_config.json").write_text(json.dumps(config_json))
    return {"folder": str(arguments.folder)}


def score(arguments: argparse.Namespace) -> dict:
    import lm_eval
    from benchmarks import GROUPS, SINGLE, configured
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.models.huggingface import HFLM

    torch.set_num_threads(arguments.threads)
    model = HFLM(pretrained=str(arguments.model), dtype="float32", device="cpu", batch_size=8)
    results = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for name, (limit, batches) in PLANS.items():
            if name in SINGLE:
                file, documents, drop, *_ = SINGLE[name]
                configs = [configured(file, documents(arguments.data), drop, folder, 0)]
            else:
                configs = [configured(file, documents(arguments.data), [], folder, 5) for _, file, documents in GROUPS[name][0]]
            best = None
            for batch in batches:
                model.batch_size_per_gpu = batch
                tasks = {}
                for config in configs:
                    task = ConfigurableTask(config=config)
                    task.set_fewshot_seed(1234)
                    tasks[config["task"]] = task
                start = time.perf_counter()
                outcome = lm_eval.evaluate(lm=model, task_dict=tasks, limit=limit, bootstrap_iters=0)
                seconds = time.perf_counter() - start
                if best is None or seconds < best["seconds"]:
                    rows = [outcome["n-samples"][task]["effective"] for task in tasks]
                    right = sum(outcome["results"][task]["acc,none"] * n for task, n in zip(tasks, rows))
                    best = {"seconds": seconds, "batch": batch, "items": sum(rows), "acc": right / sum(rows)}
            results[name] = best
            print(name, best, file=sys.stderr, flush=True)
    return results


def onnx(arguments: argparse.Namespace) -> dict:
    """Tokens and mask to all logits, weights inside, without a cache: what scoring needs."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32, attn_implementation="eager").eval()

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask):
            return self.model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).logits

    tokens = torch.randint(1, 50000, (2, 7))
    path = arguments.model / "onnx" / "model.onnx"
    path.parent.mkdir(exist_ok=True)
    names = ["input_ids", "attention_mask", "logits"]
    axes = {name: {0: "batch", 1: "place"} for name in names}
    torch.onnx.export(
        Logits(), (tokens, torch.ones_like(tokens)), str(path), input_names=names[:2], output_names=names[2:], dynamic_axes=axes, opset_version=17, dynamo=False
    )
    return {"bytes": path.stat().st_size}


def generate(arguments: argparse.Namespace) -> dict:
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(arguments.threads)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32)
    tokens = torch.randint(1, 50000, (16, 200), generator=torch.Generator().manual_seed(0))
    run = lambda: model.generate(tokens, attention_mask=torch.ones_like(tokens), max_new_tokens=64, min_new_tokens=64, do_sample=False, pad_token_id=0)  # noqa: E731
    run()
    start = time.perf_counter()
    run()
    return {"seconds": time.perf_counter() - start, "newTokens": 16 * 64}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    making = commands.add_parser("make")
    making.add_argument("folder", type=pathlib.Path)
    making.add_argument("tokenizer", type=pathlib.Path)
    making.set_defaults(run=make)
    scoring = commands.add_parser("score")
    scoring.add_argument("model", type=pathlib.Path)
    scoring.add_argument("data", type=pathlib.Path)
    scoring.set_defaults(run=score)
    exporting = commands.add_parser("onnx")
    exporting.add_argument("model", type=pathlib.Path)
    exporting.set_defaults(run=onnx)
    generating = commands.add_parser("generate")
    generating.add_argument("model", type=pathlib.Path)
    generating.set_defaults(run=generate)
    for one in (scoring, generating):
        one.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    print(json.dumps(chosen.run(chosen)))

"""Prompts as lm-evaluation-harness builds them: its own task files on a few invented documents.

For each task and number of worked examples: the documents, and every request's context and continuation, in order.

    python tools/golden/lm_eval/prompts.py        # a few seconds
"""

import importlib.metadata
import json
import pathlib
import tempfile

import lm_eval
from lm_eval.api.task import ConfigurableTask
from lm_eval.tasks._yaml_loader import load_yaml

ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "tasks" / "fixtures" / "prompts.json"
TASKS = pathlib.Path(lm_eval.__file__).parent / "tasks"

LETTERS = "ABCD"
WORDS = ["salt", "a tin lid", "two  spaces", "écru", "火", "e\u0301", "x_y", "[title] end", "don't", "9.5"]


def word(i: int) -> str:
    return WORDS[i % len(WORDS)]


def rows(make, count: int, start: int = 0) -> list[dict]:
    return [make(i) for i in range(start, start + count)]


def piqa(i):
    return {"goal": f"How to use {word(i)}?", "sol1": f"with {word(i + 1)} ", "sol2": word(i + 2), "label": i % 2}


def winogrande(i):
    return {"sentence": f"The {word(i)} met the {word(i + 1)} because _ was  late. ", "option1": word(i), "option2": word(i + 3), "answer": str(1 + i % 2)}


def arc(i):
    count = 3 + i % 3
    labels = list("12345" if i % 2 else "ABCDE")[:count]
    return {"id": f"q{i}", "question": f"What is {word(i)}?", "choices": {"text": [word(i + k) for k in range(count)], "label": labels}, "answerKey": labels[i % count]}


def hellaswag(i):
    return {"activity_label": f"Making {word(i)}", "ctx_a": f" Someone has {word(i)} [header] here.", "ctx_b": f"the OTHER {word(i + 1)}", "endings": [f"{word(i + k)} [step] ends  it" for k in range(4)], "label": str(i % 4)}


def sciq(i):
    return {"question": f"Which {word(i)}?", "distractor1": word(i), "distractor2": word(i + 1), "distractor3": word(i + 2), "correct_answer": word(i + 4), "support": "" if i % 3 == 0 else f"  {word(i)} helps."}


def lambada(i):
    return {"text": f"He looked at {word(i)} and said {word(i + 1)} again, then {['so', 'yes.', 'now'][i % 3]}"}


def blimp(i):
    return {"sentence_good": f"The {word(i)} is good.", "sentence_bad": f"The {word(i)} are good."}


def mmlu(i):
    return {"question": f" Pick {word(i)}: ", "choices": [word(i + k) for k in range(4)], "answer": i % 4}


def chinese(question):
    def make(i):
        return {question: f"{word(i)}是什么？ ", **{letter: word(i + k) for k, letter in enumerate(LETTERS)}, "Answer" if question == "Question" else "answer": LETTERS[i % 4]}

    return make


def medmcqa(i):
    return {"question": f"Patient with {word(i)}", **{f"op{letter}": word(i + k) for k, letter in enumerate("abcd")}, "cop": i % 4}


def gsm8k(i):
    return {"question": f"How many {word(i)} are {i} and {i}?", "answer": f"{i} + {i} = <<{i}+{i}={2 * i}>>{2 * i}.\n#### {2 * i}"}


def wikitext(i):
    return {"page": f" = {word(i)} = \n\n It is {word(i)} @-@ like , with \" {word(i + 1)} \" and 1 @,@ 000 's . \n"}


# Task, its file, its maker, the splits that get documents, and the numbers of worked examples asked for.
CASES = [
    ("piqa", "piqa/piqa.yaml", piqa, ("train", "validation"), (0, 2)),
    ("winogrande", "winogrande/default.yaml", winogrande, ("train", "validation"), (0, 2)),
    ("arc_easy", "arc/arc_easy.yaml", arc, ("train", "validation", "test"), (0, 3)),
    ("arc_challenge", "arc/arc_challenge.yaml", arc, ("train", "validation", "test"), (0,)),
    ("hellaswag", "hellaswag/hellaswag.yaml", hellaswag, ("train", "validation"), (0, 1)),
    ("sciq", "sciq/sciq.yaml", sciq, ("train", "validation", "test"), (0, 2)),
    ("lambada_openai", "lambada/lambada_openai.yaml", lambada, ("test",), (0, 1)),
    ("blimp_adjunct_island", "blimp/adjunct_island.yaml", blimp, ("train",), (0,)),
    ("mmlu_abstract_algebra", "mmlu/default/mmlu_abstract_algebra.yaml", mmlu, ("dev", "test"), (0, 5)),
    ("cmmlu_agronomy", "cmmlu/cmmlu_agronomy.yaml", chinese("Question"), ("dev", "test"), (0, 5)),
    ("ceval-valid_law", "ceval/ceval-valid_law.yaml", chinese("question"), ("dev", "val"), (0, 5)),
    ("medmcqa", "medmcqa/medmcqa.yaml", medmcqa, ("train", "validation"), (0, 2)),
    ("gsm8k", "gsm8k/gsm8k.yaml", gsm8k, ("train", "test"), (0, 5)),
    ("wikitext", "wikitext/wikitext.yaml", wikitext, ("train", "validation", "test"), (0,)),
]

# As the harness numbers its splits: where examples are drawn from and what is evaluated.
SIZES = {"train": 30, "dev": 6}


def build(name: str, file: str, make, splits, shots: int, folder: pathlib.Path) -> dict:
    config = load_yaml(TASKS / file)
    data, files = {}, {}
    for s, split in enumerate(splits):
        data[split] = rows(make, SIZES.get(split, 7), 11 * s)
        path = folder / f"{name}-{split}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in data[split]))
        files[split] = str(path)
    config.update(dataset_path="json", dataset_name=None, dataset_kwargs={"data_files": files}, num_fewshot=shots)
    config.pop("tag", None)
    task = ConfigurableTask(config=config)
    task.set_fewshot_seed(1234)
    task.build_all_requests(rank=0, world_size=1)
    requests = [[str(arg) if isinstance(arg, str) else None for arg in instance.args] for instance in sorted(task.instances, key=lambda one: (one.doc_id, one.idx))]
    targets = [task.doc_to_target(doc) for doc in task.eval_docs]
    golds = [int(task.doc_to_text(doc)) if task.multiple_input else target if isinstance(target, int) else None for doc, target in zip(task.eval_docs, targets)]
    return {"task": name, "shots": shots, "data": data, "requests": requests, "golds": golds, "version": config.get("metadata", {}).get("version")}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cases = [
            build(name, file, make, splits, k, pathlib.Path(folder))
            for name, file, make, splits, shots in CASES
            for k in shots
        ]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    golden = {"lm_eval": importlib.metadata.version("lm_eval"), "cases": cases}
    TARGET.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(TARGET.stat().st_size, "bytes,", len(cases), "cases")


if __name__ == "__main__":
    main()

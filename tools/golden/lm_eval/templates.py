"""Templates and task files of one's own as lm-evaluation-harness reads them, on a few invented documents.

Templates: what its Jinja makes of each document. Task files: every request's context and continuation, and the right answers.

    python tools/golden/lm_eval/templates.py        # a few seconds
"""

import importlib.metadata
import json
import pathlib
import tempfile

import yaml
from lm_eval.api.task import ConfigurableTask
from lm_eval.utils import apply_template

ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "tasks" / "fixtures" / "templates.json"

DOC = {
    "text": "The tin  lid was there.",
    "padded": "\u00a0  so it is \u2003\n",
    "yes": True,
    "none": None,
    "n": 3,
    "half": 0.5,
    "small": 1.5e-7,
    "huge": 2.5e21,
    "words": ["salt", "it's", 'say "so"', "both ' and \"", "a\nb\\", "火"],
    "mixed": [1, True, None, 0.25, ["x"], {"k": "v"}],
    "choices": {"text": ["red", "blue"], "label": ["A", "B"]},
    "key": "B",
    "wide": "é火x火",
    "number": "42",
}

TEMPLATES = [
    "{{text}}",
    "Q: {{text}}\nA:",
    "{{text}}\n",
    "{{text}}\n\n",
    "\n  {% if yes %}\n  a\n  {% endif %}\n",
    "{%- if n == 3 -%}  three  {%- endif %} end",
    "{# remark #}{{n}}",
    "{{yes}} {{none}} {{n}} {{half}} {{small}} {{huge}}",
    "{{words}}",
    "{{mixed}}",
    "{{choices}}",
    "{{choices.text}}",
    "{{choices['label'][1]}}",
    "{{choices.label.index(key)}}",
    "{{['A', 'B', 'C'].index(key)}}",
    "{{'ABC'.index(key)}}",
    "{{'ABCD'[n]}}",
    "{{[choices.text[0], text]}}",
    "{{words|length}} {{text|length}}",
    "{{words|join(', ')}}",
    "{{' / '.join(words)}}",
    "{{text.split(' ')[:-1]|join(' ')}}",
    "{{text.split(' ')[-1]}}",
    "{{text.split()}}",
    "[{{padded.strip()}}] [{{padded.lstrip()}}] [{{padded.rstrip()}}] [{{padded|trim}}]",
    "{{text.strip('.eT')}}|{{text.rstrip('.')}}|{{text.lstrip('Th')}}",
    "{{text.replace('tin', 'oak')}} {{text|replace('lid', 'box')}}",
    "{{text.capitalize()}} {{text.upper()}} {{text|lower}} {{text.title()}}",
    "{{text.startswith('The')}} {{text.endswith('x')}} {{'tin' in text}} {{'x' not in words}}",
    "{{wide.index('x')}} {{wide.find('q')}} {{wide.count('火')}} {{words.count('salt')}}",
    "{{number.isdigit()}} {{text.isdigit()}} {{number|int + 1}}",
    "{{text.removeprefix('The ')}} {{text.removesuffix('there.')}}",
    "{{n + 1}} {{n * 2}} {{n - 5}} {{n // 2}} {{n % 2}} {{n / 2}}",
    "{{n ~ '-' ~ yes ~ words[0]}} {{yes|string}} {{n|string + 'x'}}",
    "{{'a' if yes else 'b'}} {{yes and 'x' or 'y'}} {{not yes}} {{n > 2 and n < 9}}",
    "{% for word in words[:3] %}{{loop.index}}. {{word}}{% if not loop.last %}; {% endif %}{% endfor %}",
    "{% for label, one in [['A', 'x'], ['B', 'y']] %}{{label}}={{one}} {% endfor %}",
    "{% for name, list in choices.items() %}{{name}}: {{list|join('+')}}\n{% endfor %}",
    "{% set first = choices.text[0] %}{{first}} {{first.upper()}}",
    "{% set ns = namespace(n=0) %}{% for w in words %}{% set ns.n = ns.n + w|length %}{% endfor %}{{ns.n}}",
    "{% for i in range(3) %}{{i}}{% endfor %} {{range(2, 8, 3)|list}}",
    "{% if absent is defined %}there{% else %}not there{% endif %} {{absent|default('so')}}",
    "{% set group = n|string %}{{[group + '_False', group + '_True']}}",
    "{% if yes %}{{choices.text}}{% else %}{{words}}{% endif %}",
    "{{absent}}",
    "{{choices.absent}}",
    "{{words[17]}}",
    "{{'so' if not yes}}|{{'yes' if n}}",
    "{{text if n in (1, 3) else key}}",
]

DOCS = [
    {"q": f"what {w}?", "a": f"{w}s", "b": "none", "label": i % 2, "right": [f"{w}s", "none"][i % 2], "flag": i % 2 == 0, "list": [w, "x", "none"], "text": f"{w} and {w} go on"}
    for i, w in enumerate(["cat", "tin lid", "火", "9", "it's", "a", "b"])
]

TASKS = [
    "output_type: multiple_choice\ndoc_to_text: '{{q}} A:'\ndoc_to_choice: '{{[a, b]}}'\ndoc_to_target: label\nnum_fewshot: 2\ntest_split: test\ntraining_split: train",
    "output_type: multiple_choice\ndescription: \"Say yes or no.\\n\\n\"\ndoc_to_text: q\ndoc_to_choice: ['no', 'yes']\ndoc_to_target: flag\nnum_fewshot: 0\nvalidation_split: test\ntraining_split: train",
    "output_type: multiple_choice\ndoc_to_text: '{{q}}'\ndoc_to_choice: ['True', 'False']\ndoc_to_target: '{{flag}}'\ntarget_delimiter: ': '\nfewshot_delimiter: \"\\n---\\n\"\nnum_fewshot: 3\ntest_split: test\nfewshot_split: test",
    "output_type: multiple_choice\ndoc_to_text: '{{q}}'\ndoc_to_choice: list\ndoc_to_target: '{{list.index(\"none\")}}'\nnum_fewshot: 2\ntest_split: test\ntraining_split: train\nfewshot_config:\n  sampler: first_n",
    "output_type: multiple_choice\ndoc_to_text: '{{q}}'\ndoc_to_choice: '{% set s = a %}{{[s, b]}}'\ndoc_to_target: right\nnum_fewshot: 1\ntest_split: test\nfewshot_config:\n  sampler: first_n\n  split: train",
    "output_type: loglikelihood\ndoc_to_text: \"{{text.split(' ')[:-1]|join(' ')}}\"\ndoc_to_target: \"{{' '+text.split(' ')[-1]}}\"\nnum_fewshot: 2\ntest_split: test",
    "output_type: loglikelihood_rolling\ndoc_to_text: ''\ndoc_to_target: '{{text}}'\ntest_split: test",
    "output_type: generate_until\ndoc_to_text: \"{{q}}\\n\"\ndoc_to_target: '{{label}}'\nnum_fewshot: 2\ntest_split: test\ntraining_split: train",
    "output_type: generate_until\ndoc_to_text: '{{q}} ='\ndoc_to_target: a\nnum_fewshot: 1\ntest_split: test\ntraining_split: train\ntarget_delimiter: ''\ngeneration_kwargs:\n  until: [\"\\n\", '.']\n  max_gen_toks: 12\n  do_sample: false",
]


def rendered(template: str) -> str | None:
    """The text, or None where the harness stops with an error."""
    try:
        return apply_template(template, DOC)
    except Exception:
        return None


def asked(index: int, text: str, folder: pathlib.Path) -> dict:
    config = yaml.safe_load(text)
    splits = {"test": DOCS[:4], "train": DOCS[2:]}
    files = {}
    for split, docs in splits.items():
        path = folder / f"{index}-{split}.jsonl"
        path.write_text("".join(json.dumps(doc, ensure_ascii=False) + "\n" for doc in docs))
        files[split] = str(path)
    config.update(task=f"own_{index}", dataset_path="json", dataset_kwargs={"data_files": files})
    config.setdefault("metric_list", [{"metric": "acc"}] if config["output_type"] == "multiple_choice" else None)
    task = ConfigurableTask(config={key: value for key, value in config.items() if value is not None})
    task.set_fewshot_seed(1234)
    task.build_all_requests(rank=0, world_size=1)
    instances = sorted(task.instances, key=lambda one: (one.doc_id, one.idx))
    golds = []
    for doc in task.eval_docs:
        gold = task.doc_to_target(doc)
        if config["output_type"] != "multiple_choice":
            golds.append(gold)
        else:
            golds.append(int(gold) if isinstance(gold, int) else task.doc_to_choice(doc).index(gold))
    return {
        "yaml": f"task: own_{index}\n{text}",
        "shots": task.config.num_fewshot or 0,
        "docs": splits["test"],
        "fewShotDocs": splits["train"] if "train" in text else splits["test"],
        "requests": [[arg for arg in one.args if isinstance(arg, str)] for one in instances],
        "golds": golds,
        "until": task.config.generation_kwargs["until"] if config["output_type"] == "generate_until" else None,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        tasks = [asked(i, text, pathlib.Path(folder)) for i, text in enumerate(TASKS)]
    golden = {
        "lm_eval": importlib.metadata.version("lm_eval"),
        "doc": DOC,
        "templates": [{"template": template, "text": rendered(template)} for template in TEMPLATES],
        "tasks": tasks,
    }
    TARGET.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(TARGET.stat().st_size, "bytes,", len(TEMPLATES), "templates,", len(tasks), "tasks")


if __name__ == "__main__":
    main()

"""Answers read out of generated texts by lm-evaluation-harness's own filter and metric; all texts are invented.

For each rule and each pair of texts: what the filter extracts, and whether exact_match calls it right. Also the
standard errors of a few groups put together.

    python tools/golden/lm_eval/answers.py        # a few seconds
"""

import importlib.metadata
import json
import pathlib

from lm_eval.api.metrics import exact_match_hf_evaluate, pooled_sample_stderr, unweighted_mean_stderr
from lm_eval.filters.extraction import RegexFilter

ROOT = pathlib.Path(__file__).parents[3]
TARGET = ROOT / "src" / "evaluate" / "fixtures" / "answers.json"

IGNORE = [",", "\\$", "(?s).*#### ", "\\.$"]


def rule(pattern, select=0, ignore=(), case=False, punctuation=False):
    return {"pattern": pattern, "select": select, "ignore": list(ignore), "ignoreCase": case, "ignorePunctuation": punctuation}


RULES = [
    rule("#### (\\-?[0-9\\.\\,]+)", 0, IGNORE, True),
    rule("(-?[$0-9.,]{2,})|(-?[0-9]+)", -1, IGNORE, True),
    rule("[0-9]+", -1),
    rule("(a)?(b)?"),
    rule("a*", -1),
    rule("(?i)answer is:?\\s*(\\w+)", -1, [], True, True),
    rule("\\d{,3}\\S+", -1),
    rule("[^\\w[\\]]+"),
    rule("[\\d\\s]+", -1),
    rule("([^\\s\\d]+)\\Z"),
    rule("(?m)^(?P<last>[\\w.]+)$", -1, ["[\\W\\d]", "x*"]),
    rule("(?s)(.+)\\u00e9", 0, ["\\S+e\\b"], False, True),
]

TEXTS = [
    "",
    " 18",
    "So 3 + 15 = 18.\n#### 18",
    "She pays $1,234.50 in all, and\n#### 1,234.50.",
    "#### -7 or #### 8\n\n",
    "about $ 40, or (40)",
    "-5",
    "...",
    "The Answer is: Ünïted! The answer is\u3000two",
    "a ab b aab\nb.a",
    "١٢ and 34é, once\u0085more é",
    "[invalid]",
    "élan x_y café",
    "\u2028 12\u00a013",
    "#### 🙂 9",
]

GOLDS = ["3 + 15 = 18\n#### 18", "#### 1234.50", "two", "invalid", "", "-5", "8", "12\u00a013"]

GROUPS = [([0.02, 0.05, 0.0], [400, 57, 3]), ([0.1], [20]), ([0.031, 0.032], [101, 1000])]


def answer(spec: dict, text: str) -> dict:
    extracted = RegexFilter(spec["pattern"], spec["select"]).apply([[text]], [{}])[0][0]

    def is_right(gold: str) -> bool:
        said = exact_match_hf_evaluate(
            predictions=[extracted],
            references=[gold],
            regexes_to_ignore=spec["ignore"] or None,
            ignore_case=spec["ignoreCase"],
            ignore_punctuation=spec["ignorePunctuation"],
        )
        return bool(said["exact_match"] == 1)

    return {"text": text, "extracted": extracted, "right": [is_right(gold) for gold in GOLDS]}


def main() -> None:
    golden = {
        "versions": {"lm_eval": importlib.metadata.version("lm_eval")},
        "golds": GOLDS,
        "rules": [{**spec, "answers": [answer(spec, text) for text in TEXTS]} for spec in RULES],
        "groups": [
            {
                "stderrs": stderrs,
                "sizes": sizes,
                "pooled": float(pooled_sample_stderr(stderrs, sizes)),
                "unweighted": float(unweighted_mean_stderr(stderrs)),
            }
            for stderrs, sizes in GROUPS
        ],
    }
    TARGET.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()

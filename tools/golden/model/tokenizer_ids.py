"""Token ids by the Python `tokenizers` package for texts that are easy to get wrong.

    python tools/golden/model/tokenizer_ids.py PATH/tokenizer.json src/model/fixtures/NAME.json
    python tools/golden/model/tokenizer_ids.py PATH/tokenizer.json src/model/fixtures/NAME.json PATH/benchmarks

The second form takes the first rows of every file under the folder instead, in whatever language they are, and keeps
only a digest of the ids, so that the texts need not be copied. A row of a `.jsonl` file is its strings, one a line;
of any other file, a line as it stands.
"""

import json
import pathlib
import sys

import tokenizers

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from tokenizer_texts import TEXTS, digest, random_texts  # noqa: E402

ROWS_PER_FILE = 50


def strings(value: object) -> list[str]:
    """Every string in a JSON value, in order."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for inner in value for text in strings(inner)] if isinstance(value, list) else []


def rows_of(path: pathlib.Path) -> list[str]:
    """The first rows of a file, line ends other than the line feed and marks at its start kept."""
    lines = path.read_bytes().decode("utf-8").split("\n")[:ROWS_PER_FILE]
    if path.suffix != ".jsonl":
        return lines
    return ["\n".join(strings(json.loads(line))) for line in lines if line]


def by_text(tokenizer: tokenizers.Tokenizer) -> dict:
    rows = []
    for text in TEXTS + random_texts(80):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        rows.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)})
    return {"vocabulary": tokenizer.get_vocab_size(), "rows": rows}


def by_file(tokenizer: tokenizers.Tokenizer, folder: pathlib.Path) -> dict:
    files = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        encoded = [tokenizer.encode(text, add_special_tokens=False).ids for text in rows_of(path)]
        files.append(
            {
                "path": path.relative_to(folder).as_posix(),
                "rows": len(encoded),
                "tokens": sum(map(len, encoded)),
                "sha256": digest(encoded),
            }
        )
    return {"rowsPerFile": ROWS_PER_FILE, "files": files}


def main() -> None:
    source, target, *folder = sys.argv[1:]
    tokenizer = tokenizers.Tokenizer.from_file(source)
    measured = by_file(tokenizer, pathlib.Path(folder[0])) if folder else by_text(tokenizer)
    golden = {"versions": {"tokenizers": tokenizers.__version__}, **measured}
    path = pathlib.Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()

"""Small tokenizers of the kinds that the Llama family uses, trained on the text below, and their ids.

Writes `src/model/fixtures/tokenizers/NAME.json`: a whole `tokenizer.json` and, for texts that are easy to get wrong,
ids and decoded text, also without the first id, by the Python `tokenizers` package. The kinds:

* `llama2`: SentencePiece BPE with byte fallback; a normaliser puts ▁ before the text and for every space.
* `metaspace`: the same by a Metaspace pre-tokenizer, as newer files have it.
* `llama3`: byte-level BPE, split by a pattern with digits in threes; whole words in the vocabulary go before merges.
* `qwen2`: byte-level BPE on NFC text, digits one by one.

    python tools/golden/model/synthetic_tokenizers.py        # seconds
"""

import json
import pathlib
import sys

import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from tokenizer_texts import TEXTS, random_texts  # noqa: E402

TARGET = pathlib.Path(__file__).parents[3] / "src" / "model" / "fixtures" / "tokenizers"

CORPUS = """The little boat went down the river, and the children ran along the bank to see where it would go.
Nobody knew what the old man had in his bag; they asked him, and he said: "Bread, and 12 apples for 3 coins."
It's raining again. Don't you think we'll need a boat? I've seen 1234567 drops, she'd said, and you're not wet.
def add(first, second):
    return first + second    # 3.14 + 2 == 5.14
for (int i = 0; i < 100; i++) { total += values[i]; }
今天天气很好，孩子们在河边跑。老人说：“面包和十二个苹果。”下雨了，我们需要一条船。
Маленькая лодка плыла вниз по реке, и дети бежали по берегу.
Das kleine Boot fuhr den Fluß hinunter; die Kinder liefen über die Brücke. Le café était fermé, où est la clé ?
الأطفال يركضون على ضفة النهر. छोटी नाव नदी में बह गई। 작은 배가 강을 따라 내려갔다. 小さな舟が川を下った。
"""

GPT4_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}DIGITS| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
UNKNOWN = ["<unk>", "<s>", "</s>"]


def train(tokenizer: Tokenizer, size: int, **options: object) -> Tokenizer:
    tokenizer.train_from_iterator(CORPUS.splitlines(keepends=True), trainers.BpeTrainer(vocab_size=size, show_progress=False, **options))
    return tokenizer


def sentence_piece(metaspace: bool) -> Tokenizer:
    """Trained on words, as SentencePiece is, then made to run over whole texts."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    train(tokenizer, 620, special_tokens=UNKNOWN + BYTES)
    description = json.loads(tokenizer.to_str())
    description["added_tokens"] = description["added_tokens"][: len(UNKNOWN)]
    tokenizer = Tokenizer.from_str(json.dumps(description))
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        tokenizer.pre_tokenizer = None
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


def byte_level(digits: str, nfc: bool, ignore_merges: bool, specials: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.normalizer = normalizers.NFC() if nfc else None
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(GPT4_PATTERN.replace("DIGITS", digits)), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, 460, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.add_special_tokens(specials)
    return tokenizer


def with_whole_words(tokenizer: Tokenizer, words: list[str]) -> Tokenizer:
    """Words that no merges lead to, as Llama 3 has them."""
    description = json.loads(tokenizer.to_str())
    vocabulary = description["model"]["vocab"]
    shift = len(words)
    first_added = min(token["id"] for token in description["added_tokens"])
    for offset, word in enumerate(words):
        vocabulary[word] = first_added + offset
    for token in description["added_tokens"]:
        token["id"] += shift
    return Tokenizer.from_str(json.dumps(description))


def main() -> None:
    kinds = {
        "llama2": sentence_piece(metaspace=False),
        "metaspace": sentence_piece(metaspace=True),
        "llama3": with_whole_words(
            byte_level("{1,3}", nfc=False, ignore_merges=True, specials=["<|begin_of_text|>", "<|end_of_text|>"]),
            ["Ġfamily", "Hello"],
        ),
        "qwen2": byte_level("", nfc=True, ignore_merges=False, specials=["<|endoftext|>", "<|im_start|>"]),
    }
    extra = [" </s>", "a<s>b", "<s> a </s> b", "<unk>", "<0x41>", "<|end_of_text|>x", "a <|im_start|> b", "▁a▁", "Hello family", CORPUS]
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, tokenizer in kinds.items():
        rows = []
        for text in TEXTS + extra + random_texts(60):
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            whole, cut = (tokenizer.decode(some, skip_special_tokens=False) for some in (ids, ids[1:]))
            rows.append({"text": text, "ids": ids, "decoded": whole, "decodedCut": cut})
        golden = {
            "versions": {"tokenizers": tokenizers.__version__},
            "tokenizer": json.loads(tokenizer.to_str()),
            "vocabulary": tokenizer.get_vocab_size(),
            "rows": rows,
        }
        path = TARGET / f"{name}.json"
        path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
        print(name, tokenizer.get_vocab_size(), path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()

"""Texts that tokenizers are easy to get wrong on, and a way to put ids down in little space."""

import hashlib
import random

TEXTS = [
    "", " ", "  ", "   ", "\n", "\n\n", " \n ", "\t", "\r\n", "a", " a", "a ",
    "Hello world", "Hello  world", "Hello   world \n", "The ball floats.", " the ball",
    "Question: How do you float a ball?\nAnswer: Put it in water.",
    "don't I'll you're we've he'd I'm it's 'S 'T ''s", "12 123 1234567 3.14159 1,000 2+2=4", "x=1;y=2;\n\tif (x) { y }",
    " " * 8, "a" + " " * 24 + "b", "a" + " " * 25 + "b", "a" + " " * 60 + "b", "\n" * 5 + "end", "tab\t\tand  space",
    "naïve café", "nai\u0308ve cafe\u0301", "\u1112\u1161\u11ab\u1100\u1173\u11af", "한글 조합", "中文字符测试", "日本語のテキスト",
    "Привет мир", "שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया", "ไทย", "Ελληνικά", "ǅ ﬁ ﬂ ½ ² Ⅳ ٣ ४",
    "👍", "👩‍👩‍👧‍👦 family", "🇩🇪🇫🇷", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "e\u0301\u0323", "\u0085", "a\u0085b", "a \u0085 b", "\ufeffstart", "a \ufeff b",
    "a\u00a0b", "a \u00a0 b", "\u2028\u2029", "a\u200bb\u200d", "\u3000wide\u3000", "\u180e x", "\u1680\u2000\u200a", "\x00\x01\x7f",
    "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> ", "<|endoftext|><|endoftext|>", "<|padding|>", "<|endoftex",
    "snake_case camelCase kebab-case", "https://example.org/a?b=c&d=e#f", "....!!!???--__", "“quotes” — dash…", "\\n \\t",
]


def random_texts(count: int) -> list[str]:
    """Mixtures of words, runs of spaces and characters from many scripts; the same at every run."""
    chooser = random.Random(3)
    ranges = [(32, 127), (0x80, 0x250), (0x370, 0x500), (0x600, 0x700), (0x900, 0x980), (0x4E00, 0x9FFF), (0x1F300, 0x1F650)]
    spaces = ["\t", "\n", "\r", "\u0085", "\u00a0", "\ufeff", "\u2028", "\u3000", "\u1680", "\u200b", "\u200d"]
    texts = []
    for _ in range(count):
        parts = []
        for _ in range(chooser.randint(1, 7)):
            kind = chooser.random()
            if kind < 0.3:
                parts.append(" " * chooser.randint(1, 30))
            elif kind < 0.5:
                parts.append("".join(chooser.choices(spaces, k=chooser.randint(1, 3))))
            else:
                low, high = chooser.choice(ranges)
                parts.append("".join(chr(chooser.randrange(low, high)) for _ in range(chooser.randint(1, 5))))
        texts.append("".join(parts))
    return texts


def digest(sequences: list[list[int]]) -> str:
    """SHA-256 of the sequences, ids separated by commas, each sequence ended by a line feed."""
    lines = "".join(",".join(map(str, ids)) + "\n" for ids in sequences)
    return hashlib.sha256(lines.encode()).hexdigest()

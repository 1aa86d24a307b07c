"""Gradients by PyTorch's own backward pass, in double precision: of every operator alone, and of whole models.

Operators: random inputs, a random upstream gradient, and what autograd says of the inputs, into
`src/model/gradient/fixtures/operators.json`; the cases have the names of `operatorGraphs.ts` beside it. Inputs lie away from
kinks and ties, so that differences of the forward graph may be compared too.

Models: Σ over rows of the squared gradient of a row's summed log-probability (`perRow`), and the square of the gradient
summed over all rows (`together`), for the tiny models and one demo checkpoint, into `src/runtime/fixtures/fisher.json`:
the norm of every parameter's squares, the place of the largest, and some others that are not 0.

    python tools/golden/gradient/gradients.py        # five seconds; versions of tools/requirements.txt
"""

import json
import pathlib
import sys
from collections.abc import Callable

import tokenizers
import torch
from safetensors.torch import load_file
from torch.func import functional_call
from torch.nn import functional as F
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

ROOT = pathlib.Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tools" / "golden" / "model"))
from logprobs import versions  # noqa: E402
from tiny_baichuan2 import SIZES, to_llama  # noqa: E402

OPERATORS = ROOT / "src" / "model" / "gradient" / "fixtures" / "operators.json"
FIXTURES = ROOT / "src" / "runtime" / "fixtures"
DEMO = ROOT / "public" / "demo"
DEMO_STEP = 4600
DEMO_TASK = "knowledge-en"
DEMO_ROWS = 4
ROW_LENGTHS = [7, 12, 24]
SAMPLES = 4

Tensors = list[torch.Tensor]
Drawn = Callable[[torch.Generator], Tensors]


def normal(*shapes: list[int]) -> Drawn:
    return lambda g: [torch.randn(shape, generator=g) for shape in shapes]


def positive(*shapes: list[int]) -> Drawn:
    return lambda g: [0.5 + 2 * torch.rand(shape, generator=g) for shape in shapes]


def spread(*shapes: list[int]) -> Drawn:
    """Distinct odd multiples of 0.1 over all inputs together: none near 0, near another or near an even multiple."""

    def draw(g: torch.Generator) -> Tensors:
        sizes = [int(torch.tensor(shape).prod()) if shape else 1 for shape in shapes]
        order = torch.randperm(sum(sizes), generator=g)
        values = (0.2 * (order - sum(sizes) // 2) + 0.1).split(sizes)
        return [part.reshape(shape) for part, shape in zip(values, shapes, strict=True)]

    return draw


def divided(*shapes: list[int]) -> Drawn:
    return lambda g: [*normal(shapes[0])(g), *positive(shapes[1])(g)]


def normalised(*shapes: list[int]) -> Drawn:
    """Rows far from 0, so that centring matters, and gains near 1."""
    return lambda g: [1.5 + torch.randn(shapes[0], generator=g), *positive(*shapes[1:])(g)]


def rotating(width: int, half: int) -> Drawn:
    """Rows [2, 3, ·], and tables of cosines and sines of 5 positions with a magnitude that is not 1."""

    def draw(g: torch.Generator) -> Tensors:
        angles = torch.arange(5.0)[:, None] * 0.7 ** torch.arange(1.0, half + 1)
        return [torch.randn([2, 3, width], generator=g), 1.3 * torch.cos(angles), 1.3 * torch.sin(angles)]

    return draw


def rotate(heads: int, half: int) -> Callable[..., torch.Tensor]:
    """Halves of the first 2·half dimensions of each head against each other; positions are the indices."""

    def turn(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        by_head = x.reshape(*x.shape[:2], heads, -1)
        c, s = cos[positions][:, :, None], sin[positions][:, :, None]
        a, b, rest = by_head[..., :half], by_head[..., half : 2 * half], by_head[..., 2 * half :]
        return torch.cat([a * c - b * s, b * c + a * s, rest], dim=-1).reshape(x.shape)

    return turn


def rms(x: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 0.01) * gain


def fused(x: torch.Tensor) -> torch.Tensor:
    a, b, c = x.chunk(3, dim=-1)
    return a * b + c


def log_softmax_at(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return torch.log_softmax(logits, dim=-1).flatten()[targets]


def attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    k, v = k.repeat_interleave(2, dim=1), v.repeat_interleave(2, dim=1)
    return torch.softmax(q @ k.mT + bias, dim=-1) @ v


class Case:
    """The first `wanted` inputs (all, where None) have gradients; indices are handed to `run` last."""

    def __init__(self, run, draw: Drawn, wanted: int | None = None, indices: list | None = None):
        self.run, self.draw, self.wanted, self.indices = run, draw, wanted, indices


POSITIONS = [[0, 1, 2], [2, 4, 3]]

CASES: dict[str, Case] = {
    "Add of a row": Case(lambda x, y: x + y, normal([3, 4], [4])),
    "Add of a bias of attention": Case(lambda x, y: x + y, normal([2, 3, 4, 4], [2, 1, 4, 4])),
    "Add that repeats both": Case(lambda x, y: x + y, normal([3, 1, 4], [2, 1])),
    "Add of a value to itself": Case(lambda x: x + x, normal([3, 4])),
    "Sub of a row": Case(lambda x, y: x - y, normal([3, 4], [4])),
    "Sub of a column": Case(lambda x, y: x - y, normal([3, 4], [3, 1])),
    "Mul": Case(lambda x, y: x * y, normal([3, 4], [3, 4])),
    "Mul by a scalar": Case(lambda x, y: x * y, normal([3, 4], [])),
    "Mul of a value by itself": Case(lambda x: x * x, normal([3, 4])),
    "Div": Case(lambda x, y: x / y, divided([3, 4], [3, 4])),
    "Div by a row": Case(lambda x, y: x / y, divided([3, 4], [4])),
    "Max": Case(torch.maximum, spread([3, 4], [3, 4])),
    "Max with a scalar": Case(torch.maximum, spread([3, 4], [])),
    "Min with a row": Case(torch.minimum, spread([3, 4], [4])),
    "Exp": Case(torch.exp, normal([3, 4])),
    "Log": Case(torch.log, positive([3, 4])),
    "Abs": Case(torch.abs, spread([3, 4])),
    "Relu": Case(torch.relu, spread([3, 4])),
    "Clip": Case(lambda x: x.clamp(-0.6, 0.6), spread([3, 4])),
    "Sigmoid": Case(torch.sigmoid, normal([3, 4])),
    "SiLU": Case(F.silu, normal([3, 4])),
    "Gelu by erf": Case(lambda x: F.gelu(2 * x), normal([4, 5])),
    "Gelu by tanh": Case(lambda x: F.gelu(2 * x, approximate="tanh"), normal([4, 5])),
    "Softmax": Case(lambda x: torch.softmax(x, -1), normal([2, 3, 5])),
    "LayerNormalization": Case(
        lambda x, gain, bias: F.layer_norm(x, [6], gain, bias, 0.01), normalised([4, 6], [6], [6])
    ),
    "LayerNormalization without bias": Case(
        lambda x, gain: F.layer_norm(x, [6], gain, None, 0.01), normalised([4, 6], [6])
    ),
    "LayerNormalization in three axes": Case(
        lambda x, gain, bias: F.layer_norm(x, [6], gain, bias, 0.01), normalised([2, 3, 6], [6], [6])
    ),
    "SimplifiedLayerNormalization": Case(rms, normalised([4, 6], [6])),
    "SimplifiedLayerNormalization in three axes": Case(rms, normalised([2, 3, 6], [6])),
    "RotaryEmbedding": Case(rotate(2, 3), rotating(12, 3), 1, POSITIONS),
    "RotaryEmbedding of some dimensions": Case(rotate(2, 2), rotating(14, 2), 1, POSITIONS),
    "Reshape": Case(lambda x: x.reshape(6, 4), normal([2, 3, 4])),
    "Unsqueeze": Case(lambda x: x[:, None, :, None], normal([3, 4])),
    "Transpose": Case(lambda x: x.permute(0, 2, 3, 1), normal([2, 3, 4, 2])),
    "Cast and Identity": Case(lambda x: x.clone(), normal([3, 4])),
    "Split": Case(lambda x: torch.mul(*x.chunk(3, dim=1)[::2]), normal([3, 6])),
    "Split of which all parts are used": Case(fused, normal([2, 3, 6])),
    "Gather of rows": Case(lambda x, at: x[at], normal([5, 3]), None, [[1, 4, 1], [0, 1, 3]]),
    "Gather of numbers": Case(lambda x, at: x[at], normal([7]), None, [6, 2, 2, 0]),
    "Gemm": Case(lambda a, b: a @ b, normal([3, 4], [4, 5])),
    "Gemm with a bias": Case(lambda a, b, c: a @ b + c, normal([3, 4], [4, 5], [5])),
    "Gemm turned": Case(lambda a, b: a @ b.T, normal([3, 4], [5, 4])),
    "Gemm turned with a bias": Case(lambda a, b, c: a @ b.T + c, normal([3, 4], [5, 4], [5])),
    "MatMul": Case(torch.matmul, normal([2, 3, 4, 5], [2, 3, 5, 2])),
    "MatMul of many by one": Case(torch.matmul, normal([2, 3, 4], [4, 5])),
    "MatMul of repeated matrices": Case(torch.matmul, normal([2, 3, 1, 4], [1, 3, 4, 5])),
    "ReduceSum": Case(lambda x: x.sum(1, keepdim=True), normal([3, 4])),
    "ReduceSum without its axis": Case(lambda x: x.sum(1), normal([3, 4, 2])),
    "ReduceMax": Case(lambda x: x.amax(1, keepdim=True), spread([3, 4])),
    "ReduceMax without its axis": Case(lambda x: x.amax(1), spread([3, 4])),
    "ReduceL2": Case(lambda x: x.norm(dim=1, keepdim=True), normal([3, 4])),
    "ReduceL2 without its axis": Case(lambda x: x.norm(dim=1), normal([3, 4])),
    "log-softmax at targets": Case(log_softmax_at, normal([3, 6]), None, [2, 6, 17, 14]),
    "attention with shared keys": Case(
        attention, normal([2, 4, 3, 5], [2, 2, 3, 5], [2, 2, 3, 5], [2, 1, 3, 3])
    ),
}


def listed(tensor: torch.Tensor) -> dict:
    return {"shape": list(tensor.shape), "values": [short(value) for value in tensor.flatten().tolist()]}


def short(value: float) -> float:
    return float(f"{value:.9g}")


def rounded(tensor: torch.Tensor) -> torch.Tensor:
    """To four digits after the point and then fp32: what the file says is what is computed with."""
    return (tensor * 1e4).round().div(1e4).float().double()


def golden_operator(case: Case, generator: torch.Generator) -> dict:
    inputs = [rounded(tensor) for tensor in case.draw(generator)]
    wanted = inputs[: case.wanted]
    for tensor in wanted:
        tensor.requires_grad_()
    y = case.run(*inputs, *([] if case.indices is None else [torch.tensor(case.indices)]))
    upstream = rounded(torch.randn(y.shape, generator=generator))
    gradients = torch.autograd.grad(y, wanted, upstream)
    return {
        "inputs": [listed(tensor.detach()) for tensor in inputs],
        "indices": None if case.indices is None else listed(torch.tensor(case.indices)),
        "upstream": listed(upstream),
        "result": listed(y.detach()),
        "gradients": [listed(gradient) for gradient in gradients],
    }


Forward = Callable[[dict[str, torch.Tensor], list[int]], torch.Tensor]


def model_in(folder: pathlib.Path) -> tuple[dict[str, torch.Tensor], Forward]:
    """Parameters by the names of their file, and logits [C, V] of them and a row."""
    config = json.loads((folder / "config.json").read_text())
    if config["model_type"] == "baichuan":
        llama = LlamaForCausalLM(LlamaConfig(**SIZES, attn_implementation="eager")).double().eval()
        parameters = {name: tensor.double() for name, tensor in load_file(folder / "model.safetensors").items()}

        def run_baichuan(values: dict[str, torch.Tensor], row: list[int]) -> torch.Tensor:
            own = {name: tensor.double() for name, tensor in to_llama(values).items()}
            return functional_call(llama, own, (torch.tensor([row]),)).logits[0]

        return parameters, run_baichuan
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    # transformers renames GPT-NeoX's head as it loads it.
    own_names = {
        name.replace("lm_head.", "embed_out.") if config["model_type"] == "gpt_neox" else name: name
        for name, _ in model.named_parameters()
    }
    held = dict(model.named_parameters())
    parameters = {name: held[own].detach() for name, own in own_names.items()}

    def run(values: dict[str, torch.Tensor], row: list[int]) -> torch.Tensor:
        renamed = {own_names[name]: tensor for name, tensor in values.items()}
        return functional_call(model, renamed, (torch.tensor([row]),), tie_weights=True).logits[0]

    return parameters, run


def golden_model(folder: pathlib.Path, rows: list[list[int]]) -> dict:
    parameters, run = model_in(folder)
    values = {name: tensor.clone().requires_grad_() for name, tensor in parameters.items()}
    gradients, sums = [], []
    for row in rows:
        logprobs = torch.log_softmax(run(values, row)[:-1], dim=-1)
        summed = logprobs.gather(1, torch.tensor(row[1:])[:, None]).sum()
        sums.append(short(summed.item()))
        gradients.append(torch.autograd.grad(summed, list(values.values())))
    by_name = {name: [g[i] for g in gradients] for i, name in enumerate(values)}
    return {
        "rows": rows,
        "logprobs": sums,
        "perRow": {name: sampled(sum(g * g for g in of)) for name, of in by_name.items()},
        "together": {name: sampled(sum(of) ** 2) for name, of in by_name.items()},
    }


def sampled(squares: torch.Tensor) -> dict:
    flat = squares.flatten()
    used = flat.nonzero()[:, 0]
    generator = torch.Generator().manual_seed(len(flat))
    others = used[torch.randint(len(used), (SAMPLES - 1,), generator=generator)].tolist()
    places = [int(flat.argmax()), *others]
    return {
        "places": places,
        "values": [short(flat[place].item()) for place in places],
        "norm": short(flat.norm().item()),
    }


def demo_rows() -> list[list[int]]:
    """The first rows of a demo task with their right answers, as tokens."""
    tokenizer = tokenizers.Tokenizer.from_file(str(DEMO / f"step{DEMO_STEP}" / "tokenizer.json"))
    manifest = json.loads((DEMO / "run.json").read_text())
    path = next(task for task in manifest["tasks"] if task["name"] == DEMO_TASK)["search"]["path"]
    rows = [json.loads(line) for line in (DEMO / path).read_text().splitlines()[:DEMO_ROWS]]
    texts = [f"{row['context']} {row['choices'][row['gold']]}" for row in rows]
    return [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]


def main() -> None:
    generator = torch.Generator().manual_seed(31)
    OPERATORS.parent.mkdir(parents=True, exist_ok=True)
    cases = {name: golden_operator(case, generator) for name, case in CASES.items()}
    OPERATORS.write_text(json.dumps({"versions": versions(), "cases": cases}) + "\n")
    models = {}
    for folder in sorted(FIXTURES.glob("tiny*/")):
        vocabulary = json.loads((folder / "config.json").read_text())["vocab_size"]
        rows = [torch.randint(vocabulary, (length,), generator=generator).tolist() for length in ROW_LENGTHS]
        models[folder.name] = golden_model(folder, rows)
    models[f"demo:{DEMO_STEP}"] = golden_model(DEMO / f"step{DEMO_STEP}", demo_rows())
    target = FIXTURES / "fisher.json"
    target.write_text(json.dumps({"versions": versions(), "models": models}) + "\n")
    print(len(cases), "operators,", {name: len(model["perRow"]) for name, model in models.items()})


if __name__ == "__main__":
    main()

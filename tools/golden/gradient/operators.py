"""PyTorch's gradients of every operator that the backward graph knows, on small random tensors.

Of each case: the inputs, an upstream gradient c, the result y, and the gradients of Σ c·y with respect to the inputs.

    python tools/golden/gradient/operators.py        # seconds; versions of tools/golden/requirements.txt
"""

import importlib.metadata
import json
import pathlib

import torch
import torch.nn.functional as F

TARGET = pathlib.Path(__file__).parents[3] / "src" / "runtime" / "fixtures" / "operatorGradients.json"
torch.manual_seed(5)


def rotated(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """[rows, places, heads * 8], the first 4 dimensions of each head, halves against each other."""
    parts = x.reshape(2, 3, 2, 8)
    a, b, rest = parts[..., :2], parts[..., 2:4], parts[..., 4:]
    c, s = cos[:3, None, :], sin[:3, None, :]
    return torch.cat([a * c - b * s, b * c + a * s, rest], dim=-1).reshape(2, 3, 16)


def rms(x: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    return x / torch.sqrt((x**2).mean(-1, keepdim=True) + 1e-5) * gain


ANGLES = torch.outer(torch.arange(5.0), torch.tensor([1.0, 0.3]))
COS, SIN = 1.1 * torch.cos(ANGLES), 1.1 * torch.sin(ANGLES)

#: Name, shapes of the inputs, the function; positive inputs where it says so.
CASES = [
    ("add", [(3, 4), (4,)], lambda a, b: a + b),
    ("sub", [(2, 3, 4), (3, 1)], lambda a, b: a - b),
    ("mul", [(2, 3, 4), (2, 1, 4)], lambda a, b: a * b),
    ("div", [(3, 4), (4,)], lambda a, b: a / b),
    ("max", [(3, 4), (3, 4)], torch.maximum),
    ("min", [(3, 4), (4,)], torch.minimum),
    ("exp", [(3, 4)], torch.exp),
    ("log", [(3, 4)], torch.log),
    ("abs", [(3, 4)], torch.abs),
    ("relu", [(3, 4)], F.relu),
    ("clip", [(3, 4)], lambda a: torch.clamp(a, -0.5, 0.5)),
    ("sigmoid", [(3, 4)], torch.sigmoid),
    ("gelu", [(3, 4)], F.gelu),
    ("geluTanh", [(3, 4)], lambda a: F.gelu(a, approximate="tanh")),
    ("softmax", [(2, 3, 4)], lambda a: torch.softmax(a, -1)),
    ("layerNorm", [(3, 6), (6,), (6,)], lambda x, g, b: F.layer_norm(x, (6,), g, b, 1e-5)),
    ("layerNorm3", [(2, 3, 6), (6,), (6,)], lambda x, g, b: F.layer_norm(x, (6,), g, b, 1e-5)),
    ("rmsNorm", [(3, 6), (6,)], rms),
    ("gemm", [(3, 4), (4, 5), (5,)], lambda a, b, c: a @ b + c),
    ("gemmTurned", [(3, 4), (5, 4)], lambda a, b: a @ b.T),
    ("matMul", [(2, 3, 4, 5), (2, 3, 5, 2)], torch.matmul),
    ("transpose", [(2, 3, 4)], lambda a: a.permute(2, 0, 1)),
    ("reshape", [(2, 3, 4)], lambda a: a.reshape(6, 4)),
    ("unsqueeze", [(3, 4)], lambda a: a[:, None, :]),
    ("split", [(2, 6)], lambda a: a[:, 2:4]),
    ("gather", [(5, 3)], lambda a: a[torch.tensor([[4, 0], [1, 4]])]),
    ("reduceSum", [(2, 3, 4)], lambda a: a.sum(1)),
    ("reduceSumKept", [(2, 3, 4)], lambda a: a.sum((0, 2), keepdim=True)),
    ("reduceMax", [(3, 4)], lambda a: a.max(1, keepdim=True).values),
    ("reduceL2", [(3, 4)], lambda a: a.norm(dim=1)),
    ("rotary", [(2, 3, 16)], lambda a: rotated(a, COS, SIN)),
]
POSITIVE = {"log", "div"}


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{value:.9g}") for value in tensor.detach().double().flatten().tolist()]


def main() -> None:
    cases = []
    for name, shapes, function in CASES:
        inputs = [torch.randn(shape) for shape in shapes]
        if name in POSITIVE:
            inputs = [tensor.abs() + 0.5 for tensor in inputs]
        for tensor in inputs:
            tensor.requires_grad_(True)
        result = function(*inputs)
        upstream = torch.randn(result.shape)
        (upstream * result).sum().backward()
        cases.append(
            {
                "name": name,
                "inputs": [{"shape": list(t.shape), "values": numbers(t)} for t in inputs],
                "upstream": {"shape": list(upstream.shape), "values": numbers(upstream)},
                "result": numbers(result),
                "gradients": [numbers(t.grad) for t in inputs],
            }
        )
    golden = {
        "versions": {"torch": importlib.metadata.version("torch")},
        "rotary": {"cos": numbers(COS), "sin": numbers(SIN)},
        "cases": cases,
    }
    TARGET.write_text(json.dumps(golden) + "\n")
    print(len(cases), "cases written")


if __name__ == "__main__":
    main()

"""Per-token log-probabilities of a transformers model, and the versions that a golden file names."""

import platform

import numpy
import tokenizers
import torch
import transformers


def token_logprobs(model: torch.nn.Module, tokens: list[int]) -> list[float]:
    """log p(tokens[j + 1] | tokens[: j + 1]) for every j, in fp32; rounded to 7 digits after the point."""
    with torch.no_grad():
        logits = model.eval()(torch.tensor([tokens])).logits[0].float()
    logprobs = torch.log_softmax(logits[:-1], dim=-1)
    picked = logprobs.gather(1, torch.tensor(tokens[1:])[:, None])[:, 0]
    return [round(value, 7) for value in picked.tolist()]


def versions() -> dict[str, str]:
    """What computed the numbers."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__,
        "numpy": numpy.__version__,
    }

"""Random weights for a transformers model, its per-token log-probabilities, and the versions that a golden file names."""

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


def random_weights(model: torch.nn.Module, seed: int) -> None:
    """Fills every parameter: matrices N(0, 1.2²/fan-in), biases N(0, 0.1²), gains of normalisations 1 + N(0, 0.2²)."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            if name.endswith("bias"):
                parameter.copy_(0.1 * noise)
            elif parameter.dim() == 1:
                parameter.copy_(1 + 0.2 * noise)
            else:
                parameter.copy_(noise * 1.2 / parameter.shape[1] ** 0.5)


def golden_of(model: torch.nn.Module, seed: int, longest: int) -> dict:
    """Random sequences up to `longest` tokens, scored: what a `logprobs.json` holds."""
    generator = torch.Generator().manual_seed(seed)
    vocabulary = model.config.vocab_size
    sequences = [
        torch.randint(vocabulary, (length,), generator=generator).tolist() for length in [2, 3, 9, 17, 32, longest]
    ]
    return {
        "versions": versions(),
        "meaning": "logprobs[i][j] = log p(tokens[i][j + 1] | tokens[i][: j + 1]), natural, fp32 weights and arithmetic",
        "sequences": [{"tokens": tokens, "logprobs": token_logprobs(model, tokens)} for tokens in sequences],
    }


def versions() -> dict[str, str]:
    """What computed the numbers."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__,
        "numpy": numpy.__version__,
    }

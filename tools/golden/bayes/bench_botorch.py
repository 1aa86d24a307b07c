"""BoTorch's time for one step of the search at n = 30 and 100 observations of one input: fit of a SingleTaskGP with a
Matern-5/2 kernel and no priors, then optimize_acqf of EI and UCB. The same as the first lines of bench/bayes.ts.

Run: python bench_botorch.py [threads]; prints one JSON line. One thread is fastest at this size. Needs requirements.txt.
"""
import json
import sys
import time
import warnings

import numpy as np
import torch
from botorch.acquisition.analytic import LogExpectedImprovement, UpperConfidenceBound
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from botorch.optim import optimize_acqf
from gpytorch.kernels import MaternKernel, ScaleKernel
from gpytorch.likelihoods import GaussianLikelihood
from gpytorch.mlls import ExactMarginalLogLikelihood

torch.set_default_dtype(torch.float64)
warnings.filterwarnings("ignore")
SIZES, WARM_UP, REPEATS = (30, 100), 3, 15


def step(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(n, 1))
    y = 0.6 + 0.05 * np.sin(3 * x) + 0.01 * np.sin(17 * x) + 0.005 * rng.normal(size=(n, 1))
    y = (y - y.mean()) / y.std(ddof=1)
    start = time.perf_counter()
    model = SingleTaskGP(
        torch.tensor(x),
        torch.tensor(y),
        likelihood=GaussianLikelihood(),
        covar_module=ScaleKernel(MaternKernel(nu=2.5, ard_num_dims=1)),
        outcome_transform=None,
    )
    fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
    bounds = torch.tensor([[0.0], [1.0]])
    for f in (LogExpectedImprovement(model, best_f=float(y.max())), UpperConfidenceBound(model, beta=4.0)):
        optimize_acqf(f, bounds=bounds, q=1, num_restarts=4, raw_samples=64)
    return (time.perf_counter() - start) * 1e3


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    torch.set_num_threads(threads)
    results = []
    for n in SIZES:
        for seed in range(WARM_UP):
            step(n, seed)
        times = [step(n, 100 + seed) for seed in range(REPEATS)]
        results.append({"n": n, "median": float(np.median(times)), "p95": float(np.quantile(times, 0.95))})
    print(json.dumps({"threads": threads, "fitAndMaximiseMs": results}))


if __name__ == "__main__":
    main()

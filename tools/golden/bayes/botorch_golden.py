"""Writes src/bayes/fixtures/botorch.json: posteriors, likelihoods, acquisition functions and leave-one-out by BoTorch
with fixed hyper-parameters, and src/bayes/fixtures/likelihoodOptima.json: the greatest likelihoods that scipy (many
starts) and BoTorch (no priors) find. Run from the repository root with the versions of requirements.txt.
"""
import json
import math
import warnings
from pathlib import Path

import numpy as np
import torch
from botorch.acquisition.analytic import (
    ExpectedImprovement,
    LogExpectedImprovement,
    ProbabilityOfImprovement,
    UpperConfidenceBound,
)
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from gpytorch import settings as gpytorch_settings
from gpytorch.constraints import GreaterThan, Interval
from gpytorch.kernels import MaternKernel, RBFKernel, ScaleKernel
from gpytorch.likelihoods import GaussianLikelihood
from gpytorch.means import ConstantMean
from gpytorch.mlls import ExactMarginalLogLikelihood
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

torch.set_default_dtype(torch.float64)
warnings.filterwarnings("ignore")
OUT = Path("src/bayes/fixtures")
BETA = 2.0
SMOOTHNESS = {"matern52": 2.5, "matern32": 1.5}
# The guard rails of src/bayes/fit.ts, for standardised targets.
RAILS = {"lengthscale": (0.01, 10.0), "outputscale": (0.01, 1e4), "noise": (1e-6, 10.0)}


def standardise(y):
    return (y - y.mean()) / y.std(ddof=1)


def curve(x, rng, noise):
    total = np.sin(5 * x[:, 0]) + 0.4 * np.cos(11 * x[:, 0])
    for j in range(1, x.shape[1]):
        total = total + (0.8 / j) * np.sin(3 * x[:, j] + j)
    return total + noise * rng.normal(size=len(x))


def build(kernel, x, y, known):
    d = x.shape[1]
    base = RBFKernel(ard_num_dims=d) if kernel == "rbf" else MaternKernel(nu=SMOOTHNESS[kernel], ard_num_dims=d)
    likelihood = None if known is not None else GaussianLikelihood(noise_constraint=GreaterThan(1e-7))
    return SingleTaskGP(
        torch.tensor(x),
        torch.tensor(y)[:, None],
        train_Yvar=None if known is None else torch.tensor(known)[:, None],
        likelihood=likelihood,
        covar_module=ScaleKernel(base),
        mean_module=ConstantMean(),
        outcome_transform=None,
        input_transform=None,
    )


def golden_case(kernel, d, noise, seed):
    rng = np.random.default_rng(seed)
    n = 7 if d == 1 else 12
    x = np.round(rng.uniform(size=(n, d)), 4)
    y = np.round(standardise(curve(x, rng, 0.2)), 6)
    known = np.round(rng.uniform(0.01, 0.2, size=n), 4) if noise == "known" else None
    fixed = {
        "mean": 0.15,
        "lengthscale": [0.27] if d == 1 else [0.31, 0.52, 0.9],
        "outputscale": 1.3,
        "noise": None if noise == "known" else 0.04,
    }
    model = build(kernel, x, y, known)
    model.mean_module.constant = fixed["mean"]
    model.covar_module.base_kernel.lengthscale = torch.tensor([fixed["lengthscale"]])
    model.covar_module.outputscale = fixed["outputscale"]
    if known is None:
        model.likelihood.noise = fixed["noise"]
    mll = ExactMarginalLogLikelihood(model.likelihood, model)
    model.train()
    lml = mll(model(*model.train_inputs), model.train_targets, *[model.train_inputs]).item() * n
    model.eval()
    points = np.round(rng.uniform(size=(9, d)), 4)
    points[0], points[1] = x[0], np.zeros(d)
    queries = torch.tensor(points)[:, None, :]
    best = float(y.max())
    functions = {
        "ei": ExpectedImprovement(model, best_f=best),
        "logei": LogExpectedImprovement(model, best_f=best),
        # Far above every value: the tails.
        "logeiFar": LogExpectedImprovement(model, best_f=best + 40),
        "pi": ProbabilityOfImprovement(model, best_f=best),
        # BoTorch's UCB is mean + sqrt(beta) std.
        "ucb": UpperConfidenceBound(model, beta=BETA**2),
    }
    with torch.no_grad():
        posterior = model.posterior(torch.tensor(points))
        heights = {name: f(queries).tolist() for name, f in functions.items()}
    return {
        "kernel": kernel,
        "inputs": x.tolist(),
        "targets": y.tolist(),
        "noiseVariances": (known if known is not None else np.full(n, fixed["noise"])).tolist(),
        "hyperparameters": fixed,
        "logMarginalLikelihood": lml,
        "points": points.tolist(),
        "mean": posterior.mean[:, 0].tolist(),
        "variance": posterior.variance[:, 0].tolist(),
        "bestF": best,
        "beta": BETA,
        "acquisition": heights,
        "leaveOneOut": leave_one_out(kernel, x, y, known, fixed),
    }


def leave_one_out(kernel, x, y, known, fixed):
    """By refitting nothing and leaving out one row at a time: the mean and the variance of the measurement."""
    out = {"mean": [], "variance": []}
    for i in range(len(y)):
        keep = np.arange(len(y)) != i
        model = build(kernel, x[keep], y[keep], None if known is None else known[keep])
        model.mean_module.constant = fixed["mean"]
        model.covar_module.base_kernel.lengthscale = torch.tensor([fixed["lengthscale"]])
        model.covar_module.outputscale = fixed["outputscale"]
        if known is None:
            model.likelihood.noise = fixed["noise"]
        model.eval()
        with torch.no_grad():
            posterior = model.posterior(torch.tensor(x[i : i + 1]))
        out["mean"].append(posterior.mean.item())
        noise = known[i] if known is not None else fixed["noise"]
        out["variance"].append(posterior.variance.item() + noise)
    return out


def correlation(kernel, squares):
    if kernel == "rbf":
        return np.exp(-0.5 * squares)
    if kernel == "matern32":
        r = np.sqrt(3 * squares)
        return (1 + r) * np.exp(-r)
    r = np.sqrt(5 * squares)
    return (1 + r + r * r / 3) * np.exp(-r)


def log_likelihood(theta, kernel, x, y, known):
    d = x.shape[1]
    lengthscale, outputscale = np.exp(theta[:d]), np.exp(theta[d])
    scaled = x / lengthscale
    squares = ((scaled[:, None, :] - scaled[None, :, :]) ** 2).sum(-1)
    noise = known if known is not None else np.full(len(y), np.exp(theta[d + 1]))
    try:
        factor = cho_factor(outputscale * correlation(kernel, squares) + np.diag(noise), lower=True)
    except np.linalg.LinAlgError:
        return -np.inf
    ones = np.ones(len(y))
    weights = cho_solve(factor, ones)
    residual = y - (weights @ y) / (weights @ ones)
    value = -0.5 * residual @ cho_solve(factor, residual) - np.log(np.diag(factor[0])).sum()
    return value - 0.5 * len(y) * math.log(2 * math.pi)


def scipy_optimum(kernel, x, y, known, rng, starts=60):
    names = ["lengthscale"] * x.shape[1] + ["outputscale"] + ([] if known is not None else ["noise"])
    bounds = [tuple(np.log(RAILS[name])) for name in names]
    best = -np.inf
    for _ in range(starts):
        start = np.array([rng.uniform(*b) for b in bounds])
        found = minimize(
            lambda t: -max(log_likelihood(t, kernel, x, y, known), -1e6), start, bounds=bounds, method="L-BFGS-B"
        )
        best = max(best, -found.fun)
    return best


def botorch_optimum(kernel, x, y, known):
    """BoTorch's own fit, priors removed, within the same guard rails."""
    model = build(kernel, x, y, known)
    model.covar_module.base_kernel.register_constraint("raw_lengthscale", Interval(*RAILS["lengthscale"]))
    model.covar_module.register_constraint("raw_outputscale", Interval(*RAILS["outputscale"]))
    model.covar_module.base_kernel.lengthscale = 0.3
    model.covar_module.outputscale = 1.0
    if known is None:
        model.likelihood.noise_covar.register_constraint("raw_noise", Interval(*RAILS["noise"]))
        model.likelihood.noise = 0.05
    mll = ExactMarginalLogLikelihood(model.likelihood, model)
    fit_gpytorch_mll(mll)
    model.train()
    with torch.no_grad():
        return mll(model(*model.train_inputs), model.train_targets, *[model.train_inputs]).item() * len(y)


def optimum_case(kernel, d, n, noise, spread, seed):
    rng = np.random.default_rng(seed)
    x = np.round(rng.uniform(size=(n, d)), 4)
    y = np.round(standardise(curve(x, rng, spread)), 6)
    known = np.round(rng.uniform(0.02, 0.3, size=n), 4) if noise == "known" else None
    return {
        "kernel": kernel,
        "inputs": x.tolist(),
        "targets": y.tolist(),
        "noiseVariances": None if known is None else known.tolist(),
        "scipy": scipy_optimum(kernel, x, y, known, rng),
        "botorch": botorch_optimum(kernel, x, y, known),
    }


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    exact = gpytorch_settings.fast_computations(
        covar_root_decomposition=False, log_prob=False, solves=False
    )
    with exact, gpytorch_settings.fast_pred_var(False), gpytorch_settings.fast_pred_samples(False):
        cases = [
            golden_case(kernel, d, noise, seed)
            for seed, (kernel, d, noise) in enumerate(
                (k, d, s) for k in ("matern52", "rbf", "matern32") for d in (1, 3) for s in ("known", "homoskedastic")
            )
        ]
        optima = [
            optimum_case(*case, seed=100 + i)
            for i, case in enumerate(
                [
                    ("matern52", 1, 5, "fitted", 0.1),
                    ("matern52", 1, 8, "fitted", 0.6),
                    ("matern52", 1, 15, "fitted", 0.05),
                    ("matern52", 1, 30, "fitted", 0.3),
                    ("matern52", 1, 12, "known", 0.3),
                    ("matern52", 3, 15, "fitted", 0.1),
                    ("matern52", 3, 25, "known", 0.3),
                    ("rbf", 1, 6, "fitted", 0.2),
                    ("rbf", 1, 20, "fitted", 0.1),
                    ("rbf", 3, 20, "fitted", 0.2),
                    ("matern32", 1, 12, "fitted", 0.2),
                    ("matern32", 1, 25, "known", 0.3),
                    ("matern32", 3, 20, "fitted", 0.2),
                ]
            )
        ]
    (OUT / "botorch.json").write_text(json.dumps(cases) + "\n")
    (OUT / "likelihoodOptima.json").write_text(json.dumps(optima) + "\n")
    for case in optima:
        print(case["kernel"], len(case["targets"]), case["scipy"], case["botorch"])


if __name__ == "__main__":
    main()

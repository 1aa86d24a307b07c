"""Writes src/bayes/fixtures/datasets.json: 420 seeded data sets as a search of merges sees them, degenerate ones
included, with the greatest log marginal likelihood that BoTorch's fit reaches from the start of src/bayes/fit.ts
(priors removed, the same guard rails), and what BoTorch's own default model (priors, MAP) reaches on some of them; and
src/bayes/fixtures/noisyImprovement.json: noisy expected improvement by BoTorch's Monte Carlo.

Run from the repository root with the versions of requirements.txt. Likelihoods are evaluated by a plain Cholesky factor
in double precision at the fitted hyper-parameters, so that no jitter flatters them.
"""
import json
import math
import warnings
from pathlib import Path

import numpy as np
import torch
from botorch.acquisition.monte_carlo import qNoisyExpectedImprovement
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from botorch.sampling import SobolQMCNormalSampler
from gpytorch import settings as gpytorch_settings
from gpytorch.constraints import GreaterThan, Interval
from gpytorch.kernels import MaternKernel, RBFKernel, ScaleKernel
from gpytorch.likelihoods import GaussianLikelihood
from gpytorch.means import ConstantMean
from gpytorch.mlls import ExactMarginalLogLikelihood

torch.set_default_dtype(torch.float64)
warnings.filterwarnings("ignore")
OUT = Path("src/bayes/fixtures")
RAILS = {"lengthscale": (0.01, 10.0), "outputscale": (0.01, 1e4), "noise": (1e-6, 10.0)}
KERNELS = ["matern52", "matern32", "rbf"]
SHAPES = ["smooth", "flat", "twins", "equal-twins", "single", "double", "step", "tiny-spread", "offset", "near-twins", "outlier"]
DATASETS = 420


def round6(x):
    return [[float(f"{v:.6g}") for v in row] for row in x]


def dataset(index):
    """Kernel, noise, inputs (one lambda, or all weights of three or four parents) and values of a data set."""
    rng = np.random.default_rng(5000 + index)
    shape = SHAPES[index % len(SHAPES)]
    parents = int(rng.choice([2, 2, 2, 3, 4]))
    n = {"single": 1, "double": 2}.get(shape, int(rng.integers(3, 31)))
    if parents == 2:
        x = rng.uniform(size=(n, 1))
    else:
        x = rng.dirichlet(np.ones(parents), size=n)
    if n >= 4 and shape in ("twins", "equal-twins"):
        x[1] = x[0]
    if n >= 4 and shape == "near-twins":
        x[1] = x[0]
        x[1, 0] = min(1.0, x[0, 0] + 1e-6)
    y = 0.6 + 0.05 * np.sin(4 * x[:, 0]) + 0.01 * np.cos(11 * x[:, -1]) + 0.004 * rng.normal(size=n)
    if shape == "flat":
        y[:] = 0.625
    if shape == "equal-twins" and n >= 4:
        y[1] = y[0]
    if shape == "step":
        y = np.where(x[:, 0] > 0.5, 0.7, 0.6)
    if shape == "tiny-spread":
        y = 0.6 + 1e-6 * (y - y.mean()) / 0.05
    if shape == "offset":
        y = 1e6 + y
    if shape == "outlier":
        y[-1] += 0.8
    noise = ["fitted", "known", "none"][index % 3]
    stderr = rng.uniform(0.005, 0.02, size=n) if noise == "known" else None
    return {
        "shape": shape,
        "kernel": KERNELS[int(rng.integers(3))],
        "noise": noise,
        "weights": round6(x if parents > 2 else np.column_stack([1 - x[:, 0], x[:, 0]])),
        "values": [float(f"{v:.13g}") for v in y],
        "stderr": None if stderr is None else [float(f"{v:.6g}") for v in stderr],
    }


def arrays(case):
    w = np.array(case["weights"])
    x = w[:, 1:] if w.shape[1] == 2 else w
    y = np.array(case["values"])
    spread = y.std(ddof=1) if len(y) > 1 else 0.0
    constant = spread <= 1e-14 * np.abs(y).max()
    scale = 1.0 if constant else spread
    standard = np.zeros(len(y)) if constant else (y - y.mean()) / scale
    known = None if case["stderr"] is None else (np.array(case["stderr"]) / scale) ** 2
    return x, standard, known, constant


def correlation(kernel, x, lengthscale):
    scaled = x / lengthscale
    squares = ((scaled[:, None, :] - scaled[None, :, :]) ** 2).sum(-1)
    if kernel == "rbf":
        return np.exp(-0.5 * squares)
    if kernel == "matern32":
        r = np.sqrt(3 * squares)
        return (1 + r) * np.exp(-r)
    r = np.sqrt(5 * squares)
    return (1 + r + r * r / 3) * np.exp(-r)


def log_likelihood(kernel, x, y, lengthscale, outputscale, noise):
    """With the mean of greatest likelihood; None where the plain factor does not exist."""
    sigma = outputscale * correlation(kernel, x, lengthscale) + np.diag(noise)
    try:
        lower = np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        return None
    ones = np.ones(len(y))
    solve = lambda b: np.linalg.solve(lower.T, np.linalg.solve(lower, b))
    weights = solve(ones)
    residual = y - (weights @ y) / (weights @ ones)
    return float(-0.5 * residual @ solve(residual) - np.log(np.diag(lower)).sum() - 0.5 * len(y) * math.log(2 * math.pi))


def base_kernel(kernel, d):
    return RBFKernel(ard_num_dims=d) if kernel == "rbf" else MaternKernel(nu={"matern52": 2.5, "matern32": 1.5}[kernel], ard_num_dims=d)


def botorch_likelihood(case):
    """None where a maximum does not exist (fewer than three values, or no spread), noise is none, or the fit fails."""
    x, y, known, constant = arrays(case)
    if len(y) < 3 or constant or case["noise"] == "none":
        return None
    d = x.shape[1]
    model = SingleTaskGP(
        torch.tensor(x),
        torch.tensor(y)[:, None],
        train_Yvar=None if known is None else torch.tensor(known)[:, None],
        likelihood=None if known is not None else GaussianLikelihood(noise_constraint=GreaterThan(1e-7)),
        covar_module=ScaleKernel(base_kernel(case["kernel"], d)),
        mean_module=ConstantMean(),
        outcome_transform=None,
        input_transform=None,
    )
    covar = model.covar_module
    covar.base_kernel.register_constraint("raw_lengthscale", Interval(*RAILS["lengthscale"]))
    covar.register_constraint("raw_outputscale", Interval(*RAILS["outputscale"]))
    covar.base_kernel.lengthscale = 0.25 * math.sqrt(d)
    covar.outputscale = 1.0
    if known is None:
        model.likelihood.noise_covar.register_constraint("raw_noise", Interval(*RAILS["noise"]))
        model.likelihood.noise = 0.01
    try:
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
    except Exception:
        return None
    lengthscale = covar.base_kernel.lengthscale.detach().numpy().ravel()
    noise = known if known is not None else np.full(len(y), model.likelihood.noise.item())
    return log_likelihood(case["kernel"], x, y, lengthscale, covar.outputscale.item(), noise)


def log_normal(value, location, scale):
    return -math.log(value) - math.log(scale) - 0.5 * math.log(2 * math.pi) - 0.5 * ((math.log(value) - location) / scale) ** 2


def botorch_map(case):
    """BoTorch's SingleTaskGP as it comes: RBF, priors; values standardised before, so that its transform is the identity."""
    x, y, known, constant = arrays(case)
    if constant or case["noise"] == "none" or len(y) < 2:
        return None
    d = x.shape[1]
    model = SingleTaskGP(
        torch.tensor(x),
        torch.tensor(y)[:, None],
        train_Yvar=None if known is None else torch.tensor(known)[:, None],
        outcome_transform=None,
    )
    mll = ExactMarginalLogLikelihood(model.likelihood, model)
    try:
        fit_gpytorch_mll(mll)
    except Exception:
        return None
    lengthscale = model.covar_module.lengthscale.detach().numpy().ravel()
    noise = known if known is not None else np.full(len(y), model.likelihood.noise.item())
    lml = log_likelihood("rbf", x, y, lengthscale, 1.0, noise)
    if lml is None:
        return None
    prior = sum(log_normal(l, math.sqrt(2) + 0.5 * math.log(d), math.sqrt(3)) for l in lengthscale)
    if known is None:
        prior += log_normal(noise[0], -4.0, 1.0)
    model.train()
    with torch.no_grad():
        theirs = mll(model(*model.train_inputs), model.train_targets, *[model.train_inputs]).item() * len(y)
    # Their mean is fitted, ours is the best one: theirs cannot be above.
    assert theirs <= lml + prior + 1e-6, (theirs, lml, prior)
    return {"logPosterior": lml + prior, "theirs": theirs, "lengthscale": lengthscale.tolist(), "noise": float(noise[0])}


def noisy_improvement(seed, d):
    rng = np.random.default_rng(900 + seed)
    n = 9
    x = np.round(rng.uniform(size=(n, d)), 4)
    y = np.sin(5 * x[:, 0]) + 0.3 * rng.normal(size=n)
    y = np.round((y - y.mean()) / y.std(ddof=1), 6)
    variances = np.round(rng.uniform(0.02, 0.3, size=n), 4)
    lengthscale, outputscale, mean = [0.35, 0.6, 0.9][:d], 1.2, 0.1
    model = SingleTaskGP(
        torch.tensor(x),
        torch.tensor(y)[:, None],
        train_Yvar=torch.tensor(variances)[:, None],
        covar_module=ScaleKernel(base_kernel("matern52", d)),
        mean_module=ConstantMean(),
        outcome_transform=None,
    )
    model.mean_module.constant = mean
    model.covar_module.base_kernel.lengthscale = torch.tensor([lengthscale])
    model.covar_module.outputscale = outputscale
    model.eval()
    points = np.round(rng.uniform(size=(6, d)), 4)
    runs = []
    for repeat in range(8):
        sampler = SobolQMCNormalSampler(torch.Size([2**14]), seed=repeat)
        nei = qNoisyExpectedImprovement(model, torch.tensor(x), sampler=sampler, prune_baseline=False)
        with torch.no_grad():
            runs.append(nei(torch.tensor(points)[:, None, :]).numpy())
    runs = np.array(runs)
    return {
        "inputs": x.tolist(),
        "targets": y.tolist(),
        "noiseVariances": variances.tolist(),
        "hyperparameters": {"lengthscale": lengthscale, "outputscale": outputscale, "mean": mean},
        "points": points.tolist(),
        "value": [float(f"{v:.8g}") for v in runs.mean(0)],
        "stderr": [float(f"{v:.3g}") for v in runs.std(0, ddof=1) / math.sqrt(len(runs))],
    }


def main():
    exact = gpytorch_settings.fast_computations(covar_root_decomposition=False, log_prob=False, solves=False)
    with exact, gpytorch_settings.fast_pred_var(False), gpytorch_settings.fast_pred_samples(False):
        cases = []
        for index in range(DATASETS):
            case = dataset(index)
            case["botorch"] = botorch_likelihood(case)
            case["map"] = botorch_map(case) if index % 3 == 0 or index % 10 == 1 else None
            cases.append(case)
        noisy = [noisy_improvement(seed, d) for seed, d in enumerate([1, 1, 2, 3])]
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "datasets.json").write_text(json.dumps(cases) + "\n")
    (OUT / "noisyImprovement.json").write_text(json.dumps(noisy) + "\n")
    print(sum(c["botorch"] is not None for c in cases), "of", len(cases), "have a maximum that BoTorch reached;",
          sum(c["map"] is not None for c in cases), "with priors")


if __name__ == "__main__":
    main()

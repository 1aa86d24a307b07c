"""Writes src/numerics/fixtures/*.json: error functions (mpmath), Sobol' points, statistics (scipy).

Run from the repository root with the versions of requirements.txt.
"""
import json
from pathlib import Path

import numpy as np
from mpmath import erfc, exp, log, mp, mpf, pi, sqrt
from scipy import stats
from scipy.stats import qmc

# log of a distribution function near 1 needs hundreds of digits.
mp.dps = 400
OUT = Path("src/numerics/fixtures")


def erfcx(x):
    return exp(x * x) * erfc(x)


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def pdf(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def improvement_share(a):
    return 1 - a * cdf(-a) / pdf(a)


def rows(function, points):
    """[x, f(x)] with x exact as a double; values outside doubles are left out."""
    out = []
    for x in points:
        value = float(function(mpf(x)))
        if np.isfinite(value) and (value == 0 or abs(value) > 1e-307):
            out.append([x, value])
    return out


def normal():
    rng = np.random.default_rng(0)
    both = sorted([float(x) for x in rng.uniform(-8, 8, 60)] + [0.0, 1e-9, -1e-9, -0.5, 0.5])
    far = [9.5, 13.7, 20.1, 26.3, 37.2]
    tails = both + far + [-x for x in far]
    shares = [0.0, 0.3, 1.0, 2.7, 8.1, 14.9, 15.1, 33.0, 100.0, 1e3, 1e6, 1e9]
    return {
        "erfc": rows(erfc, tails),
        "erfcx": rows(erfcx, [x for x in tails if x > -26] + [100.0, 1e4, 1e7]),
        "pdf": rows(pdf, tails),
        "cdf": rows(cdf, tails),
        "logCdf": rows(lambda x: log(cdf(x)), tails + [-100.0, -1000.0]),
        "improvementShare": rows(improvement_share, shares),
    }


def statistics():
    rng = np.random.default_rng(1)
    a = np.round(rng.normal(size=25), 1)
    b = np.round(0.5 * a + rng.normal(size=25), 1)
    levels = [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]
    pairs = [(0, 0), (1, 0), (3, 9), (10, 10), (40, 61), (700, 812)]
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "mean": float(a.mean()),
        "standardDeviation": float(a.std(ddof=1)),
        "standardError": float(stats.sem(a)),
        "spearman": float(stats.spearmanr(a, b).statistic),
        "pearson": float(stats.pearsonr(a, b).statistic),
        "quantiles": [[q, float(np.quantile(a, q))] for q in levels],
        "pairedStandardError": float(stats.sem(a - b)),
        "mcnemar": [[i, j, float(stats.binomtest(i, i + j).pvalue) if i + j else 1.0] for i, j in pairs],
    }


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    sobol = qmc.Sobol(21, scramble=False, bits=32).random(64).tolist()
    for name, value in [("normal", normal()), ("statistics", statistics()), ("sobol", sobol)]:
        (OUT / f"{name}.json").write_text(json.dumps(value) + "\n")


if __name__ == "__main__":
    main()

"""Corrected p-values and bootstrap intervals by scipy, for src/numerics.

    python tools/golden/statistics/statistics_golden.py        # a minute; versions of tools/requirements.txt
"""

import importlib.metadata
import json
import pathlib

import numpy as np
from scipy import stats

TARGET = pathlib.Path(__file__).parents[3] / "src" / "numerics" / "fixtures" / "significance.json"


def main() -> None:
    rng = np.random.default_rng(11)
    corrections = []
    for count in [1, 2, 7, 55]:
        p = np.round(rng.beta(0.4, 1.5, size=count), 6)
        p[: count // 4] = p[0]
        corrections.append(
            {
                "p": p.tolist(),
                "bh": stats.false_discovery_control(p, method="bh").tolist(),
            }
        )
    differences = rng.choice([-1.0, 0.0, 1.0], p=[0.06, 0.82, 0.12], size=300)
    mean = stats.bootstrap((differences,), np.mean, n_resamples=200_000, method="percentile", rng=1, batch=2000)
    a = rng.normal(size=13)
    b = 0.8 * a + 0.6 * rng.normal(size=13)

    def spearman(x: np.ndarray, y: np.ndarray) -> float:
        return stats.spearmanr(x, y).statistic

    rank = stats.bootstrap((a, b), spearman, paired=True, vectorized=False, n_resamples=20_000, method="percentile", rng=2)
    golden = {
        "versions": {name: importlib.metadata.version(name) for name in ("scipy", "numpy")},
        "corrections": corrections,
        "mean": {"differences": differences.tolist(), "low": mean.confidence_interval.low, "high": mean.confidence_interval.high},
        "spearman": {
            "a": a.tolist(),
            "b": b.tolist(),
            "low": rank.confidence_interval.low,
            "high": rank.confidence_interval.high,
        },
    }
    TARGET.write_text(json.dumps(golden) + "\n")
    print(TARGET.name, "written")


if __name__ == "__main__":
    main()

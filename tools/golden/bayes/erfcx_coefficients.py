"""Prints the Chebyshev coefficients of (1 + 2x) exp(x^2) erfc(x) in t = (x - 3.75) / (x + 3.75) for src/numerics/normal.ts.

Needs mpmath 1.3.0. Coefficients below 1e-18 are left out.
"""
from mpmath import cos, erfc, exp, mp, mpf, pi, sqrt

mp.dps = 50
CENTRE = mpf("3.75")
NODES = 200


def erfcx(x):
    """exp(x^2) erfc(x), by its asymptotic series where that is exact to 45 digits."""
    if x <= 40:
        return exp(x * x) * erfc(x)
    total, term, k = mpf(0), mpf(1), 0
    while abs(term) > mpf(10) ** -45:
        total += term
        term *= -(2 * k + 1) / (2 * x * x)
        k += 1
    return total / (x * sqrt(pi))


def main():
    nodes = [cos(pi * (k + mpf(1) / 2) / NODES) for k in range(NODES)]
    values = []
    for t in nodes:
        x = CENTRE * (1 + t) / (1 - t)
        values.append((1 + 2 * x) * erfcx(x))
    for j in range(27):
        total = sum(v * cos(pi * j * (k + mpf(1) / 2) / NODES) for k, v in enumerate(values))
        print(repr(float(total * (1 if j == 0 else 2) / NODES)) + ",")


if __name__ == "__main__":
    main()

/**
 * BoTorch 0.18's priors over the hyper-parameters of a standardised process with inputs in [0, 1]^d
 * (`botorch/models/utils/gpytorch_modules.py`; Hvarfner et al., "Vanilla Bayesian optimization performs great in high
 * dimensions", 2024). The outputscale is held at 1. Densities are over the hyper-parameters themselves; derivatives are
 * by their logarithms, which are what the fit moves. Pure.
 *
 *   ℓᵢ  ~ LogNormal(√2 + ½ ln d, √3)   ℓᵢ ≥ 0.025
 *   σ²  ~ LogNormal(−4, 1)              σ² ≥ 1e-4
 */
import { LOG_SQRT_2PI } from "../numerics/normal.ts";

/** Least values, below which the density is not looked at. */
export const PRIOR_FLOORS = { lengthscale: 0.025, noise: 1e-4 } as const;

type LogNormal = { readonly location: number; readonly scale: number };

const NOISE: LogNormal = { location: -4, scale: 1 };

function lengthscalePrior(d: number): LogNormal {
  return { location: Math.SQRT2 + 0.5 * Math.log(d), scale: Math.sqrt(3) };
}

/** Where the lengthscale's density over d inputs is greatest: exp(location − scale²). */
export function lengthscaleMode(d: number): number {
  const { location, scale } = lengthscalePrior(d);
  return Math.exp(location - scale * scale);
}

/**
 * Σ log p(ℓᵢ) + log p(σ²) at θ = (log ℓ₁ … log ℓ_d, log s, log σ²); adds its gradient by θ where asked.
 * @param noiseIsFitted whether σ² is a hyper-parameter; known noise has no prior.
 */
export function logPriorAt(
  theta: ArrayLike<number>,
  noiseIsFitted: boolean,
  gradient: Float64Array | null,
): number {
  const d = theta.length - 2;
  const lengthscale = lengthscalePrior(d);
  let sum = 0;
  for (let c = 0; c < d; c++) sum += logDensity(lengthscale, theta, c, gradient);
  return noiseIsFitted ? sum + logDensity(NOISE, theta, d + 1, gradient) : sum;
}

/** log p(x) = −log x − log(scale √2π) − z²/2, z = (log x − location)/scale. */
function logDensity(
  { location, scale }: LogNormal,
  theta: ArrayLike<number>,
  index: number,
  gradient: Float64Array | null,
): number {
  const log = theta[index]!;
  const z = (log - location) / scale;
  if (gradient !== null) gradient[index]! += -1 - z / scale;
  return -log - Math.log(scale) - LOG_SQRT_2PI - 0.5 * z * z;
}

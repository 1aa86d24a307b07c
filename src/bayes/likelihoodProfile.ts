/**
 * The log marginal likelihood along each hyper-parameter through the model that is there: what a slider shows while it
 * moves one of them by hand. Pure.
 */
import type { HyperparameterName, LikelihoodProfile, Measurement } from "../domain/surrogate.ts";
import { mean } from "../numerics/statistics.ts";
import { regionOf } from "./fit.ts";
import { createLikelihood, type Likelihood } from "./likelihood.ts";
import { analyse, type SurrogateSettings } from "./surrogate.ts";

const POINTS = 81;

/**
 * Lengthscale (all of them together), outputscale, and the noise where it is fitted.
 * @throws AppError as `analyse`.
 */
export function likelihoodProfiles(
  measurements: readonly Measurement[],
  settings: SurrogateSettings,
): readonly LikelihoodProfile[] {
  const { gp, model } = analyse(measurements, settings);
  const { inputs, targets } = gp;
  const d = inputs.columns;
  const isFitted = settings.noise === "fitted";
  const likelihood = createLikelihood({
    kernel: gp.kernel.name,
    inputs,
    targets,
    noiseVariances: isFitted ? null : gp.noiseVariances,
    mean: settings.fixed.mean ?? null,
  });
  const theta = [...model.lengthscale, model.outputscale, model.noiseVariance].map(Math.log);
  const middle = Math.exp(mean(theta.slice(0, d)));
  const along = (name: HyperparameterName, at: number, places: readonly number[]): LikelihoodProfile => {
    const values = spacedInLog(regionOf("likelihood", d, 1).rails[name]);
    const logMarginalLikelihood = values.map((value) =>
      likelihoodAt(likelihood, moved(theta, places, value / at)),
    );
    return { name, at, values, logMarginalLikelihood };
  };
  return [
    along(
      "lengthscale",
      middle,
      theta.slice(0, d).map((_, i) => i),
    ),
    along("outputscale", model.outputscale, [d]),
    ...(isFitted ? [along("noise", model.noiseVariance, [d + 1])] : []),
  ];
}

function likelihoodAt(likelihood: Likelihood, theta: readonly number[]): number | null {
  const value = likelihood(theta, null);
  return Number.isFinite(value) ? value : null;
}

/** θ with the hyper-parameters at these places multiplied. */
function moved(theta: readonly number[], places: readonly number[], factor: number): readonly number[] {
  return theta.map((value, i) => (places.includes(i) ? value + Math.log(factor) : value));
}

function spacedInLog([low, high]: readonly [number, number]): readonly number[] {
  return Array.from({ length: POINTS }, (_, i) => low * (high / low) ** (i / (POINTS - 1)));
}

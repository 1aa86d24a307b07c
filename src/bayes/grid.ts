/**
 * The picture of a one-dimensional search: posterior and every acquisition function on a grid over λ ∈ [0, 1], with
 * their maxima over [α, 1], as a plain record in the objective's units. Pure.
 */
import type { GridMaximum, Standardisation, SurrogateGrid } from "../domain/surrogate.ts";
import {
  type AcquisitionParameters,
  acquisitionAt,
  type ClosedFormName,
  searchedInstead,
} from "./acquisition.ts";
import { type Gp, type Posterior, posteriorAt, posteriorGradientAt } from "./gp.ts";
import { type InputFunction, type Maximum, maximizeOverSpace } from "./maximize.ts";
import { inputOf, type SearchSpace } from "./searchSpace.ts";

/** The posterior at one of the weights that every maximisation begins with (see `spreadWeights`). */
export type SpreadPoint = { readonly weights: readonly number[]; readonly posterior: Posterior };

/** What the grid needs besides the process; f* (`bestF`) is in the process's units. */
export type GridSettings = SearchSpace &
  AcquisitionParameters & {
    readonly gridPoints: number;
    readonly spread: readonly SpreadPoint[];
    readonly logNei: InputFunction | null;
  };

/** Acquisition functions that are drawn from the posterior at one point. */
export type Drawn = "ei" | "logei" | "pi" | "ucb";

/** The grid of a process with one input, λ. */
export function surrogateGrid(
  gp: Gp,
  settings: GridSettings,
  standardisation: Standardisation,
): SurrogateGrid {
  const parameters: AcquisitionParameters = settings;
  const lambda = Array.from({ length: settings.gridPoints }, (_, i) => i / (settings.gridPoints - 1));
  const posteriors = lambda.map((x) => posteriorAt(gp, [x]));
  const height = (name: Drawn, posterior: Posterior): number =>
    inUnits(name, heightAt(name, posterior, parameters), standardisation);
  const argmaxOf = (name: Drawn): GridMaximum => {
    const { weights } = maximizeAcquisition(gp, name, parameters, { ...settings, measured: [] });
    return { lambda: weights[1]!, value: height(name, posteriorAt(gp, [weights[1]!])) };
  };
  const logEi = argmaxOf("logei");
  const { shift, scale } = standardisation;
  const { logNei } = settings;
  const logUnits = (value: number): number => inUnits("logei", value, standardisation);
  return {
    alpha: settings.alpha,
    lambda,
    mean: posteriors.map(({ mean }) => shift + scale * mean),
    std: posteriors.map(({ variance }) => scale * Math.sqrt(variance)),
    ei: posteriors.map((posterior) => height("ei", posterior)),
    logEi: posteriors.map((posterior) => height("logei", posterior)),
    pi: posteriors.map((posterior) => height("pi", posterior)),
    ucb: posteriors.map((posterior) => height("ucb", posterior)),
    logNei: logNei === null ? null : lambda.map((x) => logUnits(logNei([x], null))),
    argmax: {
      ei: { lambda: logEi.lambda, value: height("ei", posteriorAt(gp, [logEi.lambda])) },
      logEi,
      pi: argmaxOf("pi"),
      ucb: argmaxOf("ucb"),
      logNei: logNei === null ? null : highestOf(logNei, settings, logUnits),
    },
  };
}

function highestOf(
  f: InputFunction,
  settings: GridSettings,
  inUnits: (value: number) => number,
): GridMaximum {
  const { weights, value } = maximizeFunction(f, { ...settings, measured: [] });
  return { lambda: weights[1]!, value: inUnits(value) };
}

/** The maximum of a function of the inputs over the space, at a distance from the measured points. */
export function maximizeFunction(
  f: InputFunction,
  where: SearchSpace & {
    readonly spread: readonly SpreadPoint[];
    readonly measured: readonly (readonly number[])[];
  },
): Maximum {
  const coarse = where.spread.map(({ weights }) => ({ weights, value: f(inputOf(weights), null) }));
  return maximizeOverSpace(f, where, coarse, where.measured);
}

/** The maximum of an acquisition function over the space, at a distance from the measured points. */
export function maximizeAcquisition(
  gp: Gp,
  name: Drawn,
  parameters: AcquisitionParameters,
  where: SearchSpace & {
    readonly spread: readonly SpreadPoint[];
    readonly measured: readonly (readonly number[])[];
  },
): Maximum {
  const searched = searchedInstead(name);
  const coarse = where.spread.map(({ weights, posterior }) => ({
    weights,
    value: heightAt(searched, posterior, parameters),
  }));
  return maximizeOverSpace(searchFunction(gp, name, parameters), where, coarse, where.measured);
}

/** An acquisition function (or its increasing transform that is searched instead) over the process's inputs. */
export function searchFunction(gp: Gp, name: Drawn, parameters: AcquisitionParameters): InputFunction {
  const searched = searchedInstead(name);
  return (input, gradient) => {
    if (gradient === null) return heightAt(searched, posteriorAt(gp, input), parameters);
    const posterior = posteriorGradientAt(gp, input);
    const std = Math.sqrt(posterior.variance);
    const { value, byMean, byStd } = acquisitionAt(searched, { mean: posterior.mean, std }, parameters);
    for (let c = 0; c < gradient.length; c++) {
      const stdSlope = posterior.varianceGradient[c]! / (2 * std);
      gradient[c] = byMean * posterior.meanGradient[c]! + byStd * stdSlope;
    }
    return value;
  };
}

/** An acquisition function's height turned from standardised units into the objective's. */
export function inUnits(name: Drawn, height: number, { shift, scale }: Standardisation): number {
  switch (name) {
    case "ei":
      return scale * height;
    case "logei":
      return height + Math.log(scale);
    case "pi":
      return height;
    case "ucb":
      return shift + scale * height;
    default:
      return name satisfies never;
  }
}

/** An acquisition function's height at a posterior, in the process's units. */
export function heightAt(
  name: ClosedFormName,
  { mean, variance }: Posterior,
  parameters: AcquisitionParameters,
): number {
  return acquisitionAt(name, { mean, std: Math.sqrt(variance) }, parameters).value;
}

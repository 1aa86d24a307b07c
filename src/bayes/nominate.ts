/**
 * Where one acquisition function wants to go, given what the search knows. Pure; Thompson sampling draws from a stream
 * named by seed and trial.
 */
import type { ModelAcquisition, Nominee } from "../domain/surrogate.ts";
import { factorCholesky } from "../numerics/cholesky.ts";
import { dot, matrixFromRows, rowOf } from "../numerics/matrix.ts";
import { createRng } from "../numerics/rng.ts";
import { acquisitionAt } from "./acquisition.ts";
import { jointPosterior, posteriorAt } from "./gp.ts";
import { inUnits, maximizeAcquisition, maximizeFunction } from "./grid.ts";
import { type Candidate, keepApart, type Maximum, separationFor } from "./maximize.ts";
import { createLogNoisyImprovement } from "./noisyImprovement.ts";
import { inputOf } from "./searchSpace.ts";
import { type Analysis, predict } from "./surrogate.ts";

/** The acquisition function's best point for a trial. */
export function nominate(analysis: Analysis, acquisition: ModelAcquisition, trial: number): Nominee {
  const { maximum, height, draw } = found(analysis, acquisition, trial);
  const { weights, movedFrom } = maximum;
  return { acquisition, weights, value: height, posterior: predict(analysis, weights), movedFrom, draw };
}

type Found = {
  readonly maximum: Pick<Maximum, "weights" | "movedFrom">;
  readonly height: Nominee["value"];
  readonly draw: Nominee["draw"];
};

function found(analysis: Analysis, acquisition: ModelAcquisition, trial: number): Found {
  const { gp, settings, standardisation, measured, spread, bestF } = analysis;
  const where = { ...settings, spread, measured };
  switch (acquisition) {
    case "ei":
    case "logei":
    case "pi":
    case "ucb": {
      const parameters = { bestF, beta: settings.beta };
      const maximum = maximizeAcquisition(gp, acquisition, parameters, where);
      const { mean, variance } = posteriorAt(gp, inputOf(maximum.weights));
      const { value } = acquisitionAt(acquisition, { mean, std: Math.sqrt(variance) }, parameters);
      return { maximum, height: inUnits(acquisition, value, standardisation), draw: null };
    }
    case "nei": {
      const logNei = analysis.logNei ?? createLogNoisyImprovement(gp, settings.seed);
      const maximum = maximizeFunction(logNei, where);
      return { maximum, height: inUnits("logei", maximum.value, standardisation), draw: null };
    }
    case "ts":
      return drawnMaximum(analysis, trial);
    default:
      return acquisition satisfies never;
  }
}

/** Thompson sampling: the highest point of one draw of the curve from its joint posterior, on the spread of weights. */
function drawnMaximum({ gp, settings, measured, spread, standardisation }: Analysis, trial: number): Found {
  const { mean, covariance } = jointPosterior(
    gp,
    matrixFromRows(spread.map(({ weights }) => inputOf(weights))),
  );
  const { lower } = factorCholesky(covariance);
  const rng = createRng(settings.seed, "thompson", trial);
  const z = Float64Array.from(spread, () => rng.normal());
  const { shift, scale } = standardisation;
  const candidates = spread.map(
    ({ weights }, i): Candidate => ({
      weights,
      value: shift + scale * (mean[i]! + dot(rowOf(lower, i), z)),
    }),
  );
  const maximum = keepApart(candidates, measured, separationFor(settings, measured.length));
  const draw =
    settings.parents === 2
      ? {
          lambda: candidates.map(({ weights }) => weights[1]!),
          value: candidates.map(({ value }) => value),
        }
      : null;
  return { maximum, height: maximum.value, draw };
}

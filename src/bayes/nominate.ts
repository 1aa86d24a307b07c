/**
 * Where one acquisition function wants to go, given what the search knows. Pure; Thompson sampling draws from a stream
 * named by seed and trial.
 */
import type { AcquisitionName, Nominee } from "../domain/surrogate.ts";
import { factorCholesky } from "../numerics/cholesky.ts";
import { dot, matrixFromRows, rowOf } from "../numerics/matrix.ts";
import { createRng } from "../numerics/rng.ts";
import { acquisitionAt } from "./acquisition.ts";
import { jointPosterior, posteriorAt } from "./gp.ts";
import { inUnits, maximizeAcquisition } from "./grid.ts";
import { keepApart, type Maximum, separationFor } from "./maximize.ts";
import { inputOf } from "./searchSpace.ts";
import { type Analysis, predict } from "./surrogate.ts";

/** The acquisition function's best point for a trial. */
export function nominate(analysis: Analysis, acquisition: AcquisitionName, trial: number): Nominee {
  const { gp, settings, standardisation, measured, spread, bestF } = analysis;
  if (acquisition === "ts") {
    const { weights, value, movedFrom } = maximizeSample(analysis, trial);
    const { shift, scale } = standardisation;
    const height = shift + scale * value;
    return { acquisition, weights, value: height, posterior: predict(analysis, weights), movedFrom };
  }
  const parameters = { bestF, beta: settings.beta };
  const where = { ...settings, spread, measured };
  const { weights, movedFrom } = maximizeAcquisition(gp, acquisition, parameters, where);
  const { mean, variance } = posteriorAt(gp, inputOf(weights));
  const height = acquisitionAt(acquisition, { mean, std: Math.sqrt(variance) }, parameters).value;
  return {
    acquisition,
    weights,
    value: inUnits(acquisition, height, standardisation),
    posterior: predict(analysis, weights),
    movedFrom,
  };
}

/** Thompson sampling: the highest point of one draw of the curve from its joint posterior, on the spread of weights. */
function maximizeSample({ gp, settings, measured, spread }: Analysis, trial: number): Maximum {
  const { mean, covariance } = jointPosterior(
    gp,
    matrixFromRows(spread.map(({ weights }) => inputOf(weights))),
  );
  const { lower } = factorCholesky(covariance);
  const rng = createRng(settings.seed, "thompson", trial);
  const z = Float64Array.from(spread, () => rng.normal());
  const draw = spread.map(({ weights }, i) => ({ weights, value: mean[i]! + dot(rowOf(lower, i), z) }));
  return keepApart(draw, measured, separationFor(settings, measured.length));
}

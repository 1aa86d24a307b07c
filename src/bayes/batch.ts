/**
 * Several suggestions to be measured side by side: each is nominated as if those before it had been measured and had
 * given exactly what the model expects (the Kriging believer of Ginsbourger, Le Riche & Carraro, "Kriging is well-suited
 * to parallelize optimization", 2010). Hyper-parameters and incumbent stay as the real measurements have them. Pure.
 */
import type { ModelAcquisition, Nominee } from "../domain/surrogate.ts";
import { matrixFromRows, rowOf } from "../numerics/matrix.ts";
import { mean } from "../numerics/statistics.ts";
import { conditionGp, type Gp, posteriorAt } from "./gp.ts";
import { createLogNoisyImprovement } from "./noisyImprovement.ts";
import { nominate } from "./nominate.ts";
import { inputOf } from "./searchSpace.ts";
import { type Analysis, spreadOver } from "./surrogate.ts";

/** The nominees in the order they were chosen; `size` ≥ 1. Each one's posterior is what was expected when it was chosen. */
export function nominateBatch(
  analysis: Analysis,
  acquisition: ModelAcquisition,
  size: number,
): readonly Nominee[] {
  const nominees: Nominee[] = [];
  let believed = analysis;
  for (let i = 0; i < size; i++) {
    const nominee = nominate(believed, acquisition, i);
    nominees.push(nominee);
    if (i + 1 < size) believed = believe(believed, nominee.weights);
  }
  return nominees;
}

/** The analysis with one more measurement, which gave what was expected. */
function believe(analysis: Analysis, weights: readonly number[]): Analysis {
  const gp = withExpected(analysis.gp, inputOf(weights));
  return {
    ...analysis,
    gp,
    measured: [...analysis.measured, weights],
    spread: spreadOver(
      gp,
      analysis.spread.map((point) => point.weights),
    ),
    logNei: analysis.logNei === null ? null : createLogNoisyImprovement(gp, analysis.settings.seed),
  };
}

function withExpected(gp: Gp, input: readonly number[]): Gp {
  const { kernel, inputs, targets, noiseVariances } = gp;
  const rows = Array.from({ length: inputs.rows }, (_, i) => Array.from(rowOf(inputs, i)));
  return conditionGp(
    kernel,
    {
      inputs: matrixFromRows([...rows, [...input]]),
      targets: [...targets, posteriorAt(gp, input).mean],
      noiseVariances: [...noiseVariances, mean(noiseVariances)],
    },
    gp.mean,
  );
}

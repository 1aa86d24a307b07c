/**
 * Time of one step of the search at n = 30 observations of one λ: fit of the hyper-parameters (all starts) and the
 * maximum of EI and UCB, then a whole ask with its picture. Run: npx tsx bench/bayes.ts [--json]
 * The same for BoTorch: tools/golden/bayes/bench_botorch.py.
 */
import { fitGp } from "../src/bayes/fit.ts";
import { posteriorAt } from "../src/bayes/gp.ts";
import { maximizeAcquisition } from "../src/bayes/grid.ts";
import { spreadWeights } from "../src/bayes/maximize.ts";
import { ask } from "../src/bayes/optimizer.ts";
import { defaultSearchSettings } from "../src/domain/searchDefaults.ts";
import type { Observation } from "../src/domain/surrogate.ts";
import { matrixFromRows } from "../src/numerics/matrix.ts";
import { createRng } from "../src/numerics/rng.ts";
import { mean, quantile, sampleStandardDeviation } from "../src/numerics/statistics.ts";

const N = 30;
const WARM_UP = 30;
const REPEATS = 60;

/** Milliseconds of REPEATS calls after WARM_UP, each on other data. */
function timesMs(run: (repeat: number) => void): readonly number[] {
  for (let i = 0; i < WARM_UP; i++) run(REPEATS + i);
  return Array.from({ length: REPEATS }, (_, i) => {
    const start = performance.now();
    run(i);
    return performance.now() - start;
  });
}

/** A smooth curve with its best λ inside, and noise as of accuracies on 1,000 items. */
function observations(repeat: number): readonly Observation[] {
  const rng = createRng("bench", repeat);
  return Array.from({ length: N }, () => {
    const lambda = rng.uniform();
    const value = 0.6 + 0.05 * Math.sin(3 * lambda) + 0.01 * Math.sin(17 * lambda) + 0.005 * rng.normal();
    return { weights: [1 - lambda, lambda], value, stderr: 0.015, ask: null };
  });
}

function fitAndMaximise(repeat: number): void {
  const history = observations(repeat);
  const space = { parents: 2, alpha: 0 };
  const values = history.map(({ value }) => value);
  const shift = mean(values);
  const scale = sampleStandardDeviation(values);
  const targets = values.map((value) => (value - shift) / scale);
  const inputs = matrixFromRows(history.map(({ weights }) => [weights[1]!]));
  const problem = { kernel: "matern52", inputs, targets, noiseVariances: null, fixed: {}, seed: 0 } as const;
  const { gp } = fitGp(problem);
  const spread = spreadWeights(space).map((weights) => ({
    weights,
    posterior: posteriorAt(gp, [weights[1]!]),
  }));
  const where = { ...space, spread, measured: history.map(({ weights }) => weights) };
  for (const name of ["ei", "ucb"] as const)
    maximizeAcquisition(gp, name, { bestF: Math.max(...targets), beta: 2 }, where);
}

const settings = { ...defaultSearchSettings(2), alpha: 0, initialTrials: 0, trials: N };
const results = {
  n: N,
  fitAndMaximiseMs: timesMs(fitAndMaximise),
  askMs: timesMs((repeat) => {
    ask(settings, observations(repeat));
  }),
};
const summary = {
  n: N,
  fitAndMaximiseMs: {
    median: quantile(results.fitAndMaximiseMs, 0.5),
    p95: quantile(results.fitAndMaximiseMs, 0.95),
  },
  askMs: { median: quantile(results.askMs, 0.5), p95: quantile(results.askMs, 0.95) },
};
if (process.argv.includes("--json")) console.log(JSON.stringify(summary));
else {
  const line = ({ median, p95 }: { median: number; p95: number }): string =>
    `${median.toFixed(2)} ms (95 % below ${p95.toFixed(2)} ms)`;
  console.log(`fit + maxima of EI and UCB, n = ${N}: ${line(summary.fitAndMaximiseMs)}`);
  console.log(`whole ask with grid and leave-one-out:  ${line(summary.askMs)}`);
}

/**
 * Time of one step of the search at n = 30 and 100 observations of one λ: fit of the hyper-parameters (all starts) and the
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

const SIZES = [30, 100] as const;
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
function observations(n: number, repeat: number): readonly Observation[] {
  const rng = createRng("bench", repeat);
  return Array.from({ length: n }, () => {
    const lambda = rng.uniform();
    const value = 0.6 + 0.05 * Math.sin(3 * lambda) + 0.01 * Math.sin(17 * lambda) + 0.005 * rng.normal();
    return { weights: [1 - lambda, lambda], value, stderr: 0.015, ask: null };
  });
}

function fitAndMaximise(n: number, repeat: number): void {
  const history = observations(n, repeat);
  const space = { parents: 2, alpha: 0 };
  const values = history.map(({ value }) => value);
  const shift = mean(values);
  const scale = sampleStandardDeviation(values);
  const targets = values.map((value) => (value - shift) / scale);
  const inputs = matrixFromRows(history.map(({ weights }) => [weights[1]!]));
  const problem = { inputs, targets, noiseVariances: null, fixed: {}, seed: 0 };
  const { gp } = fitGp({ ...problem, kernel: "matern52", estimate: "likelihood" });
  const spread = spreadWeights(space).map((weights) => ({
    weights,
    posterior: posteriorAt(gp, [weights[1]!]),
  }));
  const where = { ...space, spread, measured: history.map(({ weights }) => weights) };
  for (const name of ["ei", "ucb"] as const)
    maximizeAcquisition(gp, name, { bestF: Math.max(...targets), beta: 2 }, where);
}

/** Median and 95 % quantile. */
function summary(ms: readonly number[]) {
  return { median: quantile(ms, 0.5), p95: quantile(ms, 0.95) };
}

const [small, large] = SIZES.map((n) => {
  const settings = { ...defaultSearchSettings(2), alpha: 0, initialTrials: 0, trials: n };
  return {
    n,
    fitAndMaximiseMs: summary(timesMs((repeat) => fitAndMaximise(n, repeat))),
    askMs: summary(
      timesMs((repeat) => {
        ask(settings, observations(n, repeat));
      }),
    ),
  };
});
if (process.argv.includes("--json")) console.log(JSON.stringify({ ...small, large }));
else {
  const line = ({ median, p95 }: { median: number; p95: number }): string =>
    `${median.toFixed(2)} ms (95 % below ${p95.toFixed(2)} ms)`;
  for (const { n, fitAndMaximiseMs, askMs } of [small!, large!]) {
    console.log(`n = ${n}: fit + maxima of EI and UCB ${line(fitAndMaximiseMs)}`);
    console.log(`n = ${n}: whole ask with grid and leave-one-out ${line(askMs)}`);
  }
}

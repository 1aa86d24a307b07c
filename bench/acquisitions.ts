/**
 * Which acquisition functions earn their place? `npx tsx bench/acquisitions.ts [seeds]`: searches of 12 trials on dense sweeps
 * of the shipped run (as the page's replay runs them), by simple regret as a share of what there is to gain. Max-value
 * entropy search (Wang & Jegelka 2017) is here only, as a candidate. About five minutes with 40 seeds.
 */
import { jointPosterior } from "../src/bayes/gp.ts";
import { initialDesign } from "../src/bayes/initialDesign.ts";
import { keepApart, separationFor } from "../src/bayes/maximize.ts";
import { inputOf } from "../src/bayes/searchSpace.ts";
import { analyse } from "../src/bayes/surrogate.ts";
import { createNodeEngine } from "../src/cli/nodePlatform.ts";
import type { ScoreCurve } from "../src/domain/replay.ts";
import { defaultSearchSettings } from "../src/domain/searchDefaults.ts";
import type { AcquisitionChoice, HistoryPoint, SearchSettings } from "../src/domain/surrogate.ts";
import { factorCholesky } from "../src/numerics/cholesky.ts";
import { dot, matrixFromRows, rowOf } from "../src/numerics/matrix.ts";
import { normalCdf, normalLogCdf, normalPdf } from "../src/numerics/normal.ts";
import { createRng } from "../src/numerics/rng.ts";
import { mean, standardError } from "../src/numerics/statistics.ts";
import { nearestIndex, regretOf, replayOne } from "../src/study/replaySearches.ts";

const TRIALS = 12;
const SEEDS = Number(process.argv[2] ?? 40);
const PAIRS = [
  [3000, 3200],
  [2800, 4600],
  [3600, 4400],
  [2600, 3000],
] as const;
const TASKS = ["knowledge-en", "physical"] as const;
const CHOICES: readonly AcquisitionChoice[] = ["ei", "ucb", "pi", "nei", "ts", "hedge", "random", "grid"];
const DRAWS = 16;

const settingsOf = (acquisition: AcquisitionChoice, seed: number): SearchSettings => ({
  ...defaultSearchSettings(2),
  ...{ alpha: 0, trials: TRIALS, acquisition, seed },
});

/** One search by max-value entropy, answered as `replayOne` answers. */
function replayEntropy(curve: ScoreCurve, seed: number) {
  const settings = settingsOf("ei", seed);
  const had = new Set<number>();
  const measure = (wanted: number): HistoryPoint => {
    const index = nearestIndex(curve, wanted, had);
    had.add(index);
    const lambda = curve.lambda[index]!;
    return { weights: [1 - lambda, lambda], value: curve.value[index]!, stderr: null, ask: null };
  };
  const history = [measure(0), measure(1)];
  const design = initialDesign(
    settings,
    settings.initialTrials,
    history.map(({ weights }) => weights),
    seed,
  );
  const path = Array.from({ length: TRIALS }, (_, trial) => {
    const weights = design[trial] ?? entropyMaximum(settings, history, trial);
    const point = measure(weights[1]!);
    history.push(point);
    return { lambda: point.weights[1]!, value: point.value };
  });
  return path;
}

/** α(x) = mean over y* of γφ(γ)/2Φ(γ) − log Φ(γ), γ = (y* − μ)/σ; y* are maxima of draws of the curve. */
function entropyMaximum(settings: SearchSettings, history: readonly HistoryPoint[], trial: number) {
  const analysis = analyse(history, { ...settings, standardize: true, wanted: [] });
  const inputs = matrixFromRows(analysis.spread.map(({ weights }) => inputOf(weights)));
  const { mean: means, covariance } = jointPosterior(analysis.gp, inputs);
  const { lower } = factorCholesky(covariance);
  const rng = createRng(settings.seed, "entropy", trial);
  const tops = Array.from({ length: DRAWS }, () => {
    const z = Float64Array.from(means, () => rng.normal());
    return means.reduce(
      (most, m, i) => Math.max(most, m + dot(rowOf(lower, i), z)),
      Number.NEGATIVE_INFINITY,
    );
  });
  const candidates = analysis.spread.map(({ weights, posterior }) => {
    const gammas = tops.map((top) => (top - posterior.mean) / Math.sqrt(posterior.variance));
    const gain = (gamma: number): number =>
      (gamma * normalPdf(gamma)) / (2 * Math.max(normalCdf(gamma), 1e-300)) - normalLogCdf(gamma);
    return { weights, value: mean(gammas.map(gain)) };
  });
  return keepApart(candidates, analysis.measured, separationFor(settings, analysis.measured.length)).weights;
}

const engine = createNodeEngine({});
const job = { signal: new AbortController().signal, emit: () => undefined };
await engine.call("start", { backend: "auto", threads: 2 }, job);
await engine.call("openDemo", {}, job);
const shares = new Map<string, number[]>();
for (const task of TASKS)
  for (const pair of PAIRS) {
    const parents = pair.map((step) => `demo:${step}`);
    const subject = { parents, task, split: "search", metric: "acc", limit: null } as const;
    const lambdas = Array.from({ length: 101 }, (_, i) => i / 100);
    const { points } = await engine.call("sweep", { subject, lambdas, race: null }, job);
    const curve: ScoreCurve = {
      lambda: points.map(({ lambda }) => lambda),
      value: points.map(({ value }) => value),
      stderr: points.map(({ stderr }) => stderr),
    };
    const gain = Math.max(...curve.value) - Math.max(curve.value[0]!, curve.value.at(-1)!);
    console.log(`${task} ${pair.join("–")}: ${(100 * gain).toFixed(1)} points to gain`);
    if (gain <= 0) continue;
    const add = (name: string, path: ReturnType<typeof replayOne>): void => {
      const regret = regretOf(path, curve, curve).at(-1)!;
      shares.set(name, [...(shares.get(name) ?? []), regret / gain]);
    };
    for (let seed = 0; seed < SEEDS; seed++) {
      for (const choice of CHOICES) add(choice, replayOne(curve, settingsOf(choice, seed)));
      add("entropy", replayEntropy(curve, seed));
    }
  }
for (const [name, values] of [...shares].sort((a, b) => mean(a[1]) - mean(b[1])))
  console.log(
    `${name}\t${(100 * mean(values)).toFixed(1)} ± ${(100 * standardError(values)).toFixed(1)} %\tn = ${values.length}`,
  );

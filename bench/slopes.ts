/**
 * Would slopes help? `npx tsx bench/slopes.ts`: the loss over λ of pairs of the shipped run, predicted by a Gaussian
 * process from a few values, against one from values and slopes dL/dλ. There is no forward-mode pass here, so a slope is
 * a difference of two merges 0.01 apart: a value with its slope costs two evaluations, as two values do.
 * Figures of the shipped run; prints a table.
 */

import { fitGp } from "../src/bayes/fit.ts";
import { posteriorAt } from "../src/bayes/gp.ts";
import { createNodeEngine } from "../src/cli/nodePlatform.ts";
import { factorCholesky, logDeterminant, solveCholesky } from "../src/numerics/cholesky.ts";
import { createMatrix, dot, matrixFromRows } from "../src/numerics/matrix.ts";
import { mean, sampleStandardDeviation } from "../src/numerics/statistics.ts";
import type { SubjectRequest } from "../src/rpc/protocol.ts";

const STEP = 0.01;
const POINTS = 101;
const PAIRS = [
  [3000, 3200],
  [2600, 4600],
  [3600, 4400],
] as const;
const TASKS = ["text-en", "text-ruvani"] as const;
/** Evaluations spent besides the parents. */
const BUDGETS = [2, 4, 6] as const;
const NUGGET = 1e-8;

const grid = Array.from({ length: POINTS }, (_, i) => i / (POINTS - 1));

/** Evenly spread inside (0, 1), to hundredths. */
function inside(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.round((100 * (i + 1)) / (count + 1)) / 100);
}

/** Largest error over the grid of a plain process (RBF, no noise) through these λ, as a share of the curve's spread. */
function errorOfValues(curve: readonly number[], lambdas: readonly number[]): number {
  const values = lambdas.map((lambda) => at(curve, lambda));
  const { shift, scale, targets } = standardised(values);
  const inputs = matrixFromRows(lambdas.map((lambda) => [lambda]));
  const noiseVariances = lambdas.map(() => NUGGET);
  const { gp } = fitGp({
    ...{ kernel: "rbf", inputs, targets, noiseVariances, fixed: {}, estimate: "likelihood", seed: 0 },
  });
  return worst(curve, (lambda) => shift + scale * posteriorAt(gp, [lambda]).mean);
}

/** The same with slopes at the inner λ; its lengthscale and outputscale are the best of a grid by likelihood. */
function errorOfSlopes(curve: readonly number[], ends: readonly number[], inner: readonly number[]): number {
  const lambdas = [...ends, ...inner];
  const { shift, scale, targets } = standardised(lambdas.map((lambda) => at(curve, lambda)));
  const slopes = inner.map((lambda) => (at(curve, lambda + STEP) - at(curve, lambda)) / STEP / scale);
  // A forward difference is the slope half a step on.
  const places = [
    ...lambdas.map((x) => ({ x, isSlope: false })),
    ...inner.map((x) => ({ x: x + STEP / 2, isSlope: true })),
  ];
  let best = { lml: Number.NEGATIVE_INFINITY, predict: (_: number): number => 0 };
  for (let k = 0; k <= 40; k++) {
    const length = 0.05 * (5 / 0.05) ** (k / 40);
    const cov = (a: (typeof places)[number], b: (typeof places)[number]): number => {
      const d = (a.x - b.x) / length;
      const c = Math.exp(-0.5 * d * d);
      if (a.isSlope && b.isSlope) return ((1 - d * d) * c) / length ** 2;
      if (a.isSlope) return (-d / length) * c;
      return b.isSlope ? (d / length) * c : c;
    };
    const n = places.length;
    const sigma = createMatrix(n, n);
    places.forEach((a, i) => {
      places.forEach((b, j) => {
        sigma.data[i * n + j] = cov(a, b) + (i === j ? (a.isSlope ? NUGGET / length ** 2 : NUGGET) : 0);
      });
    });
    const factor = factorCholesky(sigma);
    const ones = Float64Array.from(places, ({ isSlope }) => (isSlope ? 0 : 1));
    const y = [...targets, ...slopes];
    const weights = solveCholesky(factor, ones);
    const m = dot(weights, y) / dot(weights, ones);
    const residual = Float64Array.from(y, (value, i) => value - m * ones[i]!);
    const alpha = solveCholesky(factor, residual);
    // The outputscale of greatest likelihood is known in closed form.
    const s = dot(residual, alpha) / n;
    const lml = -0.5 * n * Math.log(s) - 0.5 * logDeterminant(factor);
    if (lml > best.lml)
      best = {
        lml,
        predict: (x) =>
          m +
          dot(
            Float64Array.from(places, (p) => cov({ x, isSlope: false }, p)),
            alpha,
          ),
      };
  }
  return worst(curve, (lambda) => shift + scale * best.predict(lambda));
}

function standardised(values: readonly number[]) {
  const [shift, scale] = [mean(values), sampleStandardDeviation(values)];
  return { shift, scale, targets: values.map((value) => (value - shift) / scale) };
}

function at(curve: readonly number[], lambda: number): number {
  return curve[Math.round(lambda * (POINTS - 1))]!;
}

function worst(curve: readonly number[], predict: (lambda: number) => number): number {
  const spread = Math.max(...curve) - Math.min(...curve);
  return Math.max(...grid.map((lambda) => Math.abs(predict(lambda) - at(curve, lambda)))) / spread;
}

const engine = createNodeEngine({});
const job = { signal: new AbortController().signal, emit: () => undefined };
await engine.call("start", { backend: "auto", threads: 2 }, job);
await engine.call("openDemo", {}, job);
console.log(
  "largest error over λ, as a share of the curve's spread; the same number of evaluations on both sides",
);
console.log(["task", "pair", ...BUDGETS.map((b) => `${b}: values / with slopes`)].join("\t"));
for (const task of TASKS)
  for (const pair of PAIRS) {
    const parents = pair.map((step) => `demo:${step}`);
    const subject: SubjectRequest = { parents, task, split: "search", metric: "nll", limit: null };
    const { points } = await engine.call("sweep", { subject, lambdas: grid, race: null }, job);
    const curve = points.map(({ value }) => value);
    const cells = BUDGETS.map((budget) => {
      const values = errorOfValues(curve, [0, 1, ...inside(budget)]);
      const slopes = errorOfSlopes(curve, [0, 1], inside(budget / 2));
      return `${(100 * values).toFixed(2)} % / ${(100 * slopes).toFixed(2)} %`;
    });
    console.log([task, pair.join("–"), ...cells].join("\t"));
  }

/**
 * Margins of all items as smooth curves over λ, from a few λ at which all of them were measured. Pure.
 *
 *   n, m       λ measured, items                          Y   n×m  margins, nats
 *   H          n×2  trend (1, λ) of each item's own, with a flat prior
 *   c(λ, λ′)   correlation of what is left, one lengthscale ℓ for all items        C   n×n
 *   P          C⁻¹ − C⁻¹H(HᵀC⁻¹H)⁻¹HᵀC⁻¹
 *   s_j        scale of item j: (yⱼᵀP yⱼ + ν s̄)/(n − 4 + ν), drawn towards the median s̄ as few λ tell little of one item;
 *              the variance of Student's t with n − 2 + ν degrees of freedom, which is what is left of the scale's doubt
 *
 *   mean_j(λ)  universal kriging: h(λ)ᵀβ̂ + c(λ)ᵀC⁻¹(yⱼ − Hβ̂)
 *   var_j(λ)   s_j v(λ),  v = 1 − cᵀC⁻¹c + uᵀ(HᵀC⁻¹H)⁻¹u,  u = h − HᵀC⁻¹c            Rasmussen & Williams eq. 2.42
 *   right      p_j(λ) = Φ(mean_j/√var_j);  accuracy = Σ p_j/m, its variance Σ p_j(1 − p_j)/m²
 *
 * All items share λ, so that one factor serves them all. ℓ maximises the sum of the items' restricted likelihoods
 * −½(n − 2) log yⱼᵀP yⱼ − ½ log|C| − ½ log|HᵀC⁻¹H|. What the curves' form gets wrong is common to all items: left-out λ
 * (their ℓ and scales held) say by how much the accuracy's deviation is to be enlarged.
 */
import { AppError } from "../base/errors.ts";
import { type CholeskyFactor, factorCholesky, logDeterminant, solveCholesky } from "../numerics/cholesky.ts";
import { createMatrix, dot, type Matrix } from "../numerics/matrix.ts";
import { normalCdf } from "../numerics/normal.ts";
import { quantile } from "../numerics/statistics.ts";
import { fillCorrelations } from "./kernel.ts";

/** Margins of the same items at several λ. */
export type MarginData = {
  readonly lambda: readonly number[];
  /** One array a λ, one number an item. */
  readonly margins: readonly (readonly number[] | Float64Array)[];
};

/** The curves, to be asked at any λ. */
export interface MarginCurves {
  readonly lengthscale: number;
  /** How much left-out λ enlarge the accuracy's deviation; at least 1. */
  readonly inflation: number;
  /** Mean and standard deviation of every item's margin at λ. */
  at(lambda: number): { readonly mean: Float64Array; readonly std: Float64Array };
  /** Share of items that are right at λ, with its standard deviation on these items. */
  accuracyAt(lambda: number): { readonly value: number; readonly std: number };
}

const TREND = 2;
const SHRINKAGE = 3;
const NUGGET = 1e-8;
const LENGTHSCALES = Array.from({ length: 40 }, (_, i) => 0.08 * (3 / 0.08) ** (i / 39));
const LEAST_SCALE = 1e-12;

/** Everything about the λ that does not depend on an item. */
type Design = {
  readonly lambda: readonly number[];
  readonly lengthscale: number;
  readonly factor: CholeskyFactor;
  /** C⁻¹H, one array a column. */
  readonly solvedTrend: readonly [Float64Array, Float64Array];
  /** HᵀC⁻¹H, factored. */
  readonly information: CholeskyFactor;
};

/**
 * Fits the curves. @throws AppError `usage` for fewer than four λ or none that differ; `numerics`.
 */
export function fitMarginCurves(data: MarginData): MarginCurves {
  const { lambda, margins } = data;
  if (lambda.length < TREND + 2 || new Set(lambda).size < lambda.length)
    throw new AppError("usage", `Margin curves need four λ that differ, not ${new Set(lambda).size}.`);
  const columns = columnsOf(margins);
  const best = LENGTHSCALES.map((lengthscale) => {
    const design = designOf(lambda, lengthscale);
    return { design, value: restrictedLikelihood(design, columns) };
  }).reduce((a, b) => (b.value > a.value ? b : a));
  const { design } = best;
  const inflation = inflationOf(design, columns);
  return { lengthscale: design.lengthscale, inflation, ...curvesOf(design, columns, inflation) };
}

/** One array an item. */
function columnsOf(margins: MarginData["margins"]): readonly Float64Array[] {
  const items = margins[0]?.length ?? 0;
  return Array.from({ length: items }, (_, j) => Float64Array.from(margins, (row) => row[j]!));
}

function designOf(lambda: readonly number[], lengthscale: number): Design {
  const n = lambda.length;
  const c = correlations(lambda, lambda, lengthscale);
  for (let i = 0; i < n; i++) c.data[i * n + i]! += NUGGET;
  const factor = factorCholesky(c);
  const trend = [lambda.map(() => 1), lambda];
  const [first, second] = trend.map((column) => solveCholesky(factor, column));
  const information = createMatrix(TREND, TREND);
  [first!, second!].forEach((solved, a) => {
    trend.forEach((column, b) => {
      information.data[a * TREND + b] = dot(solved, column);
    });
  });
  const solvedTrend = [first!, second!] as const;
  return { lambda, lengthscale, factor, solvedTrend, information: factorCholesky(information) };
}

function correlations(a: readonly number[], b: readonly number[], lengthscale: number): Matrix {
  const squares = Float64Array.from({ length: a.length * b.length }, (_, k) => {
    const difference = (a[Math.floor(k / b.length)]! - b[k % b.length]!) / lengthscale;
    return difference * difference;
  });
  const values = new Float64Array(squares.length);
  fillCorrelations("rbf", squares, values, null);
  return { rows: a.length, columns: b.length, data: values };
}

/** β̂ and C⁻¹(y − Hβ̂) of an item, and yᵀPy. */
function kriged({ lambda, factor, solvedTrend, information }: Design, y: Float64Array) {
  const beta = solveCholesky(information, [dot(solvedTrend[0], y), dot(solvedTrend[1], y)]);
  const residual = y.map((value, i) => value - beta[0]! - beta[1]! * lambda[i]!);
  const weights = solveCholesky(factor, residual);
  return { beta, weights, quadratic: Math.max(dot(residual, weights), LEAST_SCALE) };
}

function restrictedLikelihood(design: Design, columns: readonly Float64Array[]): number {
  const freedom = design.lambda.length - TREND;
  const common = 0.5 * logDeterminant(design.factor) + 0.5 * logDeterminant(design.information);
  return columns.reduce((sum, y) => sum - 0.5 * freedom * Math.log(kriged(design, y).quadratic) - common, 0);
}

/** The scale of each item, drawn towards the median: of Student's t with so few degrees of freedom, the variance. */
function scalesOf(design: Design, quadratics: readonly number[]): readonly number[] {
  const freedom = design.lambda.length - TREND;
  const median = quantile(
    quadratics.map((quadratic) => quadratic / freedom),
    0.5,
  );
  return quadratics.map((quadratic) => (quadratic + SHRINKAGE * median) / (freedom + SHRINKAGE - 2));
}

function curvesOf(
  design: Design,
  columns: readonly Float64Array[],
  inflation: number,
): Pick<MarginCurves, "at" | "accuracyAt"> {
  const fits = columns.map((y) => kriged(design, y));
  const scales = scalesOf(
    design,
    fits.map(({ quadratic }) => quadratic),
  );
  const at: MarginCurves["at"] = (lambda) => {
    const { c, v } = placeOf(design, lambda);
    return {
      mean: Float64Array.from(fits, ({ beta, weights }) => beta[0]! + beta[1]! * lambda + dot(c, weights)),
      std: Float64Array.from(scales, (scale) => Math.sqrt(scale * v)),
    };
  };
  return {
    at,
    accuracyAt(lambda) {
      const { mean, std } = at(lambda);
      let sum = 0;
      let variance = 0;
      mean.forEach((margin, j) => {
        const p = normalCdf(margin / std[j]!);
        sum += p;
        variance += p * (1 - p);
      });
      return { value: sum / mean.length, std: (inflation * Math.sqrt(variance)) / mean.length };
    },
  };
}

/** c(λ) and v(λ) of a place. */
function placeOf({ lambda, lengthscale, factor, solvedTrend, information }: Design, at: number) {
  const c = correlations([at], lambda, lengthscale).data;
  const u = [1 - dot(solvedTrend[0], c), at - dot(solvedTrend[1], c)];
  const v = 1 + NUGGET - dot(c, solveCholesky(factor, c)) + dot(u, solveCholesky(information, u));
  return { c, v: Math.max(v, NUGGET) };
}

/** Root mean square of the errors in deviations, when each inner λ is left out; 1 where they are no larger. */
function inflationOf(design: Design, columns: readonly Float64Array[]): number {
  const { lambda, lengthscale } = design;
  const inner = lambda.map((_, i) => i).slice(1, -1);
  if (lambda.length < TREND + 3) return 1;
  const squares = inner.map((left) => {
    const keep = lambda.map((_, i) => i).filter((i) => i !== left);
    const rest = designOf(
      keep.map((i) => lambda[i]!),
      lengthscale,
    );
    const curves = curvesOf(
      rest,
      columns.map((y) => Float64Array.from(keep, (i) => y[i]!)),
      1,
    );
    const { value, std } = curves.accuracyAt(lambda[left]!);
    const measured = columns.filter((y) => y[left]! > 0).length / columns.length;
    return ((measured - value) / Math.max(std, 0.5 / columns.length)) ** 2;
  });
  return Math.max(1, Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length));
}

/** λ at which to measure beside the ends: as many Chebyshev–Lobatto points of [0, 1], which keep polynomials calm. */
export function marginNodes(count: number): readonly number[] {
  return Array.from({ length: count }, (_, k) => (1 - Math.cos((Math.PI * (k + 1)) / (count + 1))) / 2);
}

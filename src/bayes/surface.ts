/**
 * The picture of a search over three or more parents: posterior and acquisition functions over the whole simplex of
 * three, and along every pair's line through the incumbent for more. From the very analysis that chooses. Pure.
 */
import { AppError } from "../base/errors.ts";
import type {
  SimplexSurface,
  SurfaceHeights,
  SurfaceLattice,
  SurfaceMaximum,
  SurfaceSlice,
} from "../domain/surface.ts";
import type { Measurement, SearchSettings } from "../domain/surrogate.ts";
import { posteriorAt } from "./gp.ts";
import { type Drawn, heightAt, inUnits, maximizeAcquisition, maximizeFunction } from "./grid.ts";
import { analysisOf, checkSettings } from "./optimizer.ts";
import { inputOf } from "./searchSpace.ts";
import type { Analysis } from "./surrogate.ts";

/** 703 points for three parents. */
const RESOLUTION = 36;
const SLICE_POINTS = 41;
/** Less mass than this is no line to be drawn. */
const LEAST_MASS = 1e-9;

/**
 * @param history everything measured, the parents' own scores among it
 * @throws AppError `usage` for fewer than three parents (they have a grid over λ), no measurement, or settings and
 * measurements that make no sense; `numerics` when no model can be computed.
 */
export function surfaceOf(settings: SearchSettings, history: readonly Measurement[]): SimplexSurface {
  checkSettings(settings);
  if (settings.parents < 3)
    throw new AppError("usage", `A surface is of three or more checkpoints, not ${settings.parents}.`);
  const analysis = analysisOf(settings, history);
  if (analysis === null)
    throw new AppError("usage", "There is no measurement to draw a surface from.", {
      advice: "Measure the checkpoints or run a search first.",
    });
  const { alpha, parents } = settings;
  const { incumbent } = analysis;
  const { weights } = incumbent.posterior;
  return {
    alpha,
    incumbent,
    lattice: parents === 3 ? latticeOf(analysis) : null,
    slices: parents === 3 ? [] : pairsOf(parents).flatMap(([i, j]) => sliceOf(analysis, weights, i, j) ?? []),
    argmax: argmaxOf(analysis),
  };
}

/** All weights of three parents that are multiples of 1/resolution, in the lattice's order. */
export function latticeWeights(resolution: number): readonly (readonly number[])[] {
  return Array.from({ length: resolution + 1 }, (_, middle) =>
    Array.from({ length: resolution + 1 - middle }, (_, newest) => [
      (resolution - middle - newest) / resolution,
      middle / resolution,
      newest / resolution,
    ]),
  ).flat();
}

function latticeOf(analysis: Analysis): SurfaceLattice {
  return { ...heightsAt(analysis, latticeWeights(RESOLUTION)), resolution: RESOLUTION };
}

/** Every pair, the older first. */
function pairsOf(parents: number): readonly (readonly [number, number])[] {
  return Array.from({ length: parents }, (_, i) =>
    Array.from({ length: parents - i - 1 }, (_, d) => [i, i + d + 1] as const),
  ).flat();
}

/** `null` where the two have no mass to move. */
function sliceOf(
  analysis: Analysis,
  incumbent: readonly number[],
  i: number,
  j: number,
): SurfaceSlice | null {
  const [older, newer] = [incumbent[i]!, incumbent[j]!];
  const mass = older + newer;
  if (!(mass > LEAST_MASS)) return null;
  const even = Array.from({ length: SLICE_POINTS }, (_, t) => (mass * t) / (SLICE_POINTS - 1));
  const amounts = [...even.filter((amount) => Math.abs(amount - newer) > LEAST_MASS), newer].sort(
    (a, b) => a - b,
  );
  const points = amounts.map((amount) =>
    amount === newer
      ? incumbent
      : incumbent.map((weight, k) => (k === i ? mass - amount : k === j ? amount : weight)),
  );
  return { ...heightsAt(analysis, points), i, j, mass, at: amounts.indexOf(newer) };
}

/** Everything at these weights, in the objective's units. */
function heightsAt(analysis: Analysis, weights: readonly (readonly number[])[]): SurfaceHeights {
  const { gp, settings, bestF, standardisation, logNei } = analysis;
  const { shift, scale } = standardisation;
  const parameters = { bestF, beta: settings.beta };
  const posteriors = weights.map((at) => posteriorAt(gp, inputOf(at)));
  const heights = (name: Drawn): readonly number[] =>
    posteriors.map((posterior) => inUnits(name, heightAt(name, posterior, parameters), standardisation));
  return {
    weights,
    mean: posteriors.map(({ mean }) => shift + scale * mean),
    std: posteriors.map(({ variance }) => scale * Math.sqrt(variance)),
    ei: heights("ei"),
    logEi: heights("logei"),
    pi: heights("pi"),
    ucb: heights("ucb"),
    logNei:
      logNei === null
        ? null
        : weights.map((at) => inUnits("logei", logNei(inputOf(at), null), standardisation)),
  };
}

/** The true maxima, measured points included. */
function argmaxOf(analysis: Analysis): SimplexSurface["argmax"] {
  const { gp, settings, bestF, standardisation, spread, logNei } = analysis;
  const parameters = { bestF, beta: settings.beta };
  const where = { ...settings, spread, measured: [] };
  const height = (name: Drawn, weights: readonly number[]): SurfaceMaximum => {
    const posterior = posteriorAt(gp, inputOf(weights));
    return { weights, value: inUnits(name, heightAt(name, posterior, parameters), standardisation) };
  };
  const maximum = (name: Drawn): SurfaceMaximum =>
    height(name, maximizeAcquisition(gp, name, parameters, where).weights);
  const logEi = maximum("logei");
  const noisy = logNei === null ? null : maximizeFunction(logNei, where);
  return {
    ei: height("ei", logEi.weights),
    logEi,
    pi: maximum("pi"),
    ucb: maximum("ucb"),
    logNei:
      noisy === null
        ? null
        : { weights: noisy.weights, value: inUnits("logei", noisy.value, standardisation) },
  };
}

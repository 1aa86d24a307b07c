/**
 * Records of the picture of a search over three or more checkpoints: the posterior and every acquisition function at
 * chosen weights. Weights have one entry a parent, oldest first, and sum to 1.
 */
import type { Incumbent, ModelAcquisition } from "./surrogate.ts";

/**
 * Heights at the weights, one entry each and in their order, in the units of the objective (`pi`: a probability;
 * `logEi`, `logNei`: natural logarithms). `std` is of the noise-free objective.
 */
export type SurfaceHeights = {
  readonly weights: readonly (readonly number[])[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly ei: readonly number[];
  readonly logEi: readonly number[];
  readonly pi: readonly number[];
  readonly ucb: readonly number[];
  /** Logarithm of the noisy expected improvement, only where it may choose; else `null`. */
  readonly logNei: readonly number[] | null;
};

/**
 * All weights of three parents that are multiples of 1/resolution: row r = 0 … resolution has the middle parent's
 * weight r/resolution, and in a row the newest's goes up from 0. (resolution + 1)(resolution + 2)/2 points.
 */
export type SurfaceLattice = SurfaceHeights & { readonly resolution: number };

/**
 * The line through the incumbent on which the mass of parents i and j, i older, is moved from i to j while the others'
 * weights are held. Evenly spaced, and the incumbent among them, in order of j's weight.
 */
export type SurfaceSlice = SurfaceHeights & {
  readonly i: number;
  readonly j: number;
  /** wᵢ + wⱼ of the incumbent, more than 0. */
  readonly mass: number;
  /** Which of the points is the incumbent. */
  readonly at: number;
};

/** Where something is highest over the search's space (wₖ ≥ α for the newest), and how high. */
export type SurfaceMaximum = { readonly weights: readonly number[]; readonly value: number };

/** What a search of three or more parents knows. */
export type SimplexSurface = {
  readonly alpha: number;
  readonly incumbent: Incumbent;
  /** For three parents, else `null`. */
  readonly lattice: SurfaceLattice | null;
  /** For four and more: every pair that has mass at the posterior incumbent; else empty. */
  readonly slices: readonly SurfaceSlice[];
  /** `logEi` has the weights of `ei`. */
  readonly argmax: {
    readonly ei: SurfaceMaximum;
    readonly logEi: SurfaceMaximum;
    readonly pi: SurfaceMaximum;
    readonly ucb: SurfaceMaximum;
    readonly logNei: SurfaceMaximum | null;
  };
};

/** Acquisition functions that have a height everywhere; Thompson sampling draws another curve each time. */
export type SurfaceAcquisition = Exclude<ModelAcquisition, "ts">;

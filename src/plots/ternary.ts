/**
 * The triangle of three checkpoints: where a mix lies in it, and the layers that colour it. Corners: the oldest at the
 * lower left, the middle one on top, the newest at the lower right. Pure.
 */
import type { SurfaceAcquisition, SurfaceHeights } from "../domain/surface.ts";

/** A place in the triangle's own box: x in [0, 1], y in [0, √3/2] downwards. */
export type Place = { readonly x: number; readonly y: number };

/** Height of the triangle of side 1. */
export const HEIGHT = Math.sqrt(3) / 2;

/** Units of a drawn triangle's side. */
export const SIDE = 1000;

/** A place in the drawing, to a tenth of a unit. */
export function pixelOf({ x, y }: Place): readonly [number, number] {
  return [Math.round(10 * SIDE * x) / 10, Math.round(10 * SIDE * y) / 10];
}

/** What may colour the triangle. */
export type Layer = "mean" | "std" | SurfaceAcquisition;

/** Where a mix of three lies. */
export function placeOf([, middle = 0, newest = 0]: readonly number[]): Place {
  return { x: newest + middle / 2, y: HEIGHT * (1 - middle) };
}

/** The mix at a place; `null` outside the triangle. */
export function mixAt({ x, y }: Place): readonly [number, number, number] | null {
  const middle = 1 - y / HEIGHT;
  const newest = x - middle / 2;
  const oldest = 1 - middle - newest;
  return Math.min(oldest, middle, newest) < -1e-9 ? null : [oldest, middle, newest];
}

/** The corner places of a small triangle, and the lattice points they are. */
export type Facet = readonly [number, number, number];

/** The small triangles between the points of a lattice: rows by the middle's weight, in a row by the newest's. */
export function facetsOf(resolution: number): readonly Facet[] {
  const start = (row: number): number => row * (resolution + 1) - (row * (row - 1)) / 2;
  const facets: Facet[] = [];
  for (let row = 0; row < resolution; row++)
    for (let k = 0; k < resolution - row; k++) {
      const [a, b] = [start(row) + k, start(row + 1) + k];
      facets.push([a, a + 1, b]);
      if (k < resolution - row - 1) facets.push([a + 1, b + 1, b]);
    }
  return facets;
}

/** A layer's values, one a lattice point; `null` for a function that was not asked. */
export function layerValues(heights: SurfaceHeights, layer: Layer): readonly number[] | null {
  switch (layer) {
    case "mean":
      return heights.mean;
    case "std":
      return heights.std;
    case "ei":
      return heights.ei;
    case "logei":
      return heights.logEi;
    case "pi":
      return heights.pi;
    case "ucb":
      return heights.ucb;
    case "nei": {
      const logs = heights.logNei;
      if (logs === null) return null;
      const most = Math.max(...logs);
      return logs.map((log) => Math.exp(log - most));
    }
    default:
      return layer satisfies never;
  }
}

/** Values as shares between the least and the most, in so many steps, so that facets of a step are one shape. */
export function steppedShares(values: readonly number[], steps: number): readonly number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least;
  return values.map((value) => (span > 0 ? Math.round(((value - least) / span) * steps) / steps : 0));
}

/** Index of the lattice point nearest to a mix. */
export function nearestPoint(weights: readonly (readonly number[])[], mix: readonly number[]): number {
  const distance = (point: readonly number[]): number =>
    point.reduce((sum, weight, i) => sum + (weight - (mix[i] ?? 0)) ** 2, 0);
  return weights.reduce((best, point, i) => (distance(point) < distance(weights[best]!) ? i : best), 0);
}

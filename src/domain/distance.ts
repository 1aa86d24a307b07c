/** What a distance between two checkpoints says: in a sentence, and as shades of one scale. Pure. */
import type { LayerDistance, PairDistance } from "./checkpoint.ts";

/** Beyond this spread the scale counts factors instead of amounts: small parts would all look alike. */
const LINEAR_SPREAD = 10;
/** Parts that moved less than this share of the greatest move are not told apart. */
const GREATEST_SPREAD = 1000;

/** "attention", "MLP": the parts as people call them. */
export const PART_TITLES: Readonly<Record<LayerDistance["part"], string>> = {
  embedding: "embedding",
  attention: "attention",
  mlp: "MLP",
  norm: "norms",
  head: "head",
};

/** "layer 4's MLP", "the embedding", "the final norm"; layers count from 0, as in the weights' names. */
export function placeWords({ layer, part }: Pick<LayerDistance, "layer" | "part">): string {
  if (layer !== null) return `layer ${layer}'s ${PART_TITLES[part]}`;
  return part === "norm" ? "the final norm" : `the ${PART_TITLES[part]}`;
}

/** "step 1000 to step 2000: parts move by 3.1 % in the median, layer 4's MLP most (5.2 %); 1.4 % of the weights read." */
export function distanceWords(distance: PairDistance, names: readonly string[]): string {
  const pair = `${names[distance.older] ?? "?"} to ${names[distance.newer] ?? "?"}`;
  const moved = distance.parts.flatMap((part) =>
    part.relative === null ? [] : [{ ...part, move: part.relative }],
  );
  const sorted = moved.toSorted((a, b) => a.move - b.move);
  const most = sorted.at(-1);
  const read = distance.sampledShare < 1 ? `; ${formatShare(distance.sampledShare)} of the weights read` : "";
  if (most === undefined) return `${pair}: nothing could be compared.`;
  if (most.move === 0) return `${pair}: nothing moves${read}.`;
  const median =
    (sorted[Math.floor((sorted.length - 1) / 2)]!.move + sorted[Math.floor(sorted.length / 2)]!.move) / 2;
  return `${pair}: parts move by ${formatShare(median)} in the median, ${placeWords(most)} most (${formatShare(most.move)})${read}.`;
}

/**
 * The shade of a relative distance among others, in [0, 1]: 0 is no move, 1 the greatest of them or one from zero.
 * Linear, or logarithmic where they spread over more than a factor of ten.
 */
export function createShade(distances: readonly LayerDistance[]): (relative: number | null) => number {
  const moves = distances.flatMap(({ relative }) => (relative !== null && relative > 0 ? [relative] : []));
  const most = Math.max(0, ...moves);
  const spread = Math.min(GREATEST_SPREAD, most / Math.min(most, ...moves));
  return (relative) => {
    if (relative === null) return 1;
    if (relative <= 0 || most === 0) return 0;
    if (spread <= LINEAR_SPREAD) return relative / most;
    // The least keeps a shade, lest it look like no move.
    return Math.max(0.1, 1 + (0.9 * Math.log(relative / most)) / Math.log(spread));
  };
}

/** "3.1 %", "0.042 %": two significant digits. */
export function formatShare(share: number): string {
  if (share === 0) return "0 %";
  const percent = 100 * share;
  if (percent < 1e-6) return `${percent.toExponential(0)} %`;
  return `${percent.toFixed(Math.max(0, 1 - Math.floor(Math.log10(percent))))} %`;
}

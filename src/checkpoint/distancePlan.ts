/**
 * What to read of two checkpoints to tell how far they are apart, part by part: a few ranges of their weights, decided
 * before a byte moves. Pure; what part of a model a weight belongs to is handed in.
 */
import type { LayerDistance } from "../domain/checkpoint.ts";
import { DTYPES, type TensorSpec, tensorElements } from "./tensor.ts";

/** The part of the model that a weight belongs to; layers count from 0. */
export type ModelPlace = Pick<LayerDistance, "layer" | "part">;

/** What may be read of the older checkpoint; the newer takes as many numbers, in its own format. */
export type SampleBudget = {
  /** Most bytes. */
  readonly bytes: number;
  /** Most ranges: each is a round trip where the bytes are far away. */
  readonly reads: number;
};

/** Elements `startElement` up to `endElement` (exclusive) of a weight. */
export type SampledRange = {
  readonly name: string;
  readonly startElement: number;
  readonly endElement: number;
};

/** Ranges to read of both checkpoints, in groups that make one part of the model. */
export type DistancePlan = {
  readonly ranges: readonly SampledRange[];
  /** In the model's order; `elements` of each sampled tensor by name. */
  readonly parts: readonly {
    readonly place: ModelPlace;
    readonly elements: ReadonlyMap<string, number>;
  }[];
  readonly sampledShare: number;
};

/** Rows of these follow how common a token is, so that one place says little: they are read in several. */
const SPREAD: Readonly<Record<LayerDistance["part"], number>> = {
  embedding: 4,
  attention: 1,
  mlp: 1,
  norm: 1,
  head: 4,
};

type Weight = { readonly name: string; readonly elements: number; readonly bytes: number };
type Group = { readonly place: ModelPlace; readonly weights: readonly Weight[] };
type Picked = { readonly weight: Weight; readonly ranges: number };

/**
 * Which ranges to read: first the largest tensor of every attention and MLP and of what is outside the layers, then of
 * the norms, then every part's second tensor, and so on, as long as a whole such round fits. Where even the first does
 * not, layers are left out evenly. All ranges have the same share of the bytes; small tensors are read whole. Positions
 * are drawn by `draw`, uniform in [0, 1).
 */
export function planDistance(
  tensors: readonly TensorSpec[],
  placeOf: (name: string) => ModelPlace,
  budget: SampleBudget,
  draw: () => number,
): DistancePlan {
  const groups = groupByPlace(tensors, placeOf);
  const picked = pickTensors(groups, budget.reads);
  const ranges = placeRanges(picked, budget.bytes, draw);
  const chosen = new Set(picked.map(({ weight }) => weight.name));
  const parts = groups.flatMap(({ place, weights }) => {
    const sampled = weights.filter(({ name }) => chosen.has(name));
    const elements = new Map(sampled.map((weight) => [weight.name, weight.elements]));
    return sampled.length === 0 ? [] : [{ place, elements }];
  });
  const total = tensors.reduce((sum, tensor) => sum + tensorElements(tensor), 0);
  const read = ranges.reduce((sum, { startElement, endElement }) => sum + endElement - startElement, 0);
  return { ranges, parts, sampledShare: total === 0 ? 0 : read / total };
}

/** Parts in the model's order, the tensors of each from the largest down. */
function groupByPlace(
  tensors: readonly TensorSpec[],
  placeOf: (name: string) => ModelPlace,
): readonly Group[] {
  const groups = new Map<string, { place: ModelPlace; weights: Weight[] }>();
  for (const tensor of tensors) {
    const elements = tensorElements(tensor);
    if (elements === 0) continue;
    const place = placeOf(tensor.name);
    const key = `${place.layer} ${place.part}`;
    const group = groups.get(key) ?? { place, weights: [] };
    groups.set(key, group);
    group.weights.push({ name: tensor.name, elements, bytes: elements * DTYPES[tensor.dtype].bytes });
  }
  const sorted = [...groups.values()].sort((a, b) => orderOf(a.place) - orderOf(b.place));
  for (const { weights } of sorted) weights.sort((a, b) => b.elements - a.elements);
  return sorted;
}

const PART_ORDER: Readonly<Record<LayerDistance["part"], number>> = {
  embedding: 0,
  attention: 1,
  mlp: 2,
  norm: 3,
  head: 4,
};

/** Embedding, then layer by layer, then what follows the layers. */
function orderOf({ layer, part }: ModelPlace): number {
  if (layer !== null) return (layer + 1) * 10 + PART_ORDER[part];
  return part === "embedding" ? 0 : 1e9 + PART_ORDER[part];
}

function pickTensors(groups: readonly Group[], reads: number): readonly Picked[] {
  const take = ({ place, weights }: Group, rank: number): readonly Picked[] => {
    const weight = weights[rank];
    return weight === undefined ? [] : [{ weight, ranges: rank === 0 ? SPREAD[place.part] : 1 }];
  };
  const outside = groups.filter(({ place }) => place.layer === null);
  const bodies = groups.filter(({ place }) => place.layer !== null && place.part !== "norm");
  const norms = groups.filter(({ place }) => place.layer !== null && place.part === "norm");
  const picked = outside.flatMap((group) => take(group, 0));
  picked.push(...thinLayers(bodies, reads - countRanges(picked)).flatMap((group) => take(group, 0)));
  const ranks = Math.max(0, ...groups.map(({ weights }) => weights.length));
  const rounds = [
    norms.flatMap((group) => take(group, 0)),
    ...Array.from({ length: Math.max(0, ranks - 1) }, (_, i) =>
      groups.flatMap((group) => take(group, i + 1)),
    ),
  ];
  for (const round of rounds) {
    if (countRanges(picked) + countRanges(round) > reads) break;
    picked.push(...round);
  }
  return picked;
}

function countRanges(picked: readonly Picked[]): number {
  return picked.reduce((sum, { ranges }) => sum + ranges, 0);
}

/** Groups of as many layers as fit, first and last among them and the others evenly between. */
function thinLayers(groups: readonly Group[], reads: number): readonly Group[] {
  if (groups.length <= reads) return groups;
  const layers = [...new Set(groups.map(({ place }) => place.layer))];
  const count = Math.floor((reads * layers.length) / groups.length);
  const step = count < 2 ? 0 : (layers.length - 1) / (count - 1);
  const kept = new Set(Array.from({ length: Math.max(0, count) }, (_, i) => layers[Math.round(i * step)]));
  return groups.filter(({ place }) => kept.has(place.layer));
}

/** What small tensors leave of their share goes to larger ones. */
function placeRanges(picked: readonly Picked[], bytes: number, draw: () => number): readonly SampledRange[] {
  let [leftBytes, leftRanges] = [bytes, countRanges(picked)];
  const ranges: SampledRange[] = [];
  for (const { weight, ranges: count } of picked.toSorted((a, b) => a.weight.bytes - b.weight.bytes)) {
    const size = weight.bytes / weight.elements;
    const share = Math.floor((leftBytes * count) / leftRanges / size);
    const elements = Math.min(weight.elements, share);
    ranges.push(...spreadRanges(weight, elements, count, draw));
    leftBytes -= elements * size;
    leftRanges -= count;
  }
  return ranges;
}

/** `count` ranges of `elements` in all, each at a random place of its own stretch of the tensor. */
function spreadRanges(
  { name, elements: length }: Weight,
  elements: number,
  count: number,
  draw: () => number,
): readonly SampledRange[] {
  if (elements >= length) return [{ name, startElement: 0, endElement: length }];
  const stretch = Math.floor(length / count);
  const size = Math.min(stretch, Math.floor(elements / count));
  if (size === 0) return [];
  return Array.from({ length: count }, (_, i) => {
    const startElement = i * stretch + Math.floor(draw() * (stretch - size + 1));
    return { name, startElement, endElement: startElement + size };
  });
}

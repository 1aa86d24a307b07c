/** The distance between two checkpoints as a grid: layers across, parts of the model down. The page draws it as a table. Pure. */
import type { LayerDistance, PairDistance } from "../domain/checkpoint.ts";
import { createShade, distanceWords, formatShare, PART_TITLES, placeWords } from "../domain/distance.ts";

/** One part of the model. */
export type StripCell = {
  /** `null` for what is outside the layers. */
  readonly layer: number | null;
  readonly part: LayerDistance["part"];
  /** Place on the colour scale, in [0, 1]. */
  readonly share: number;
  /** "5.2 %"; empty where the older one is all zero. */
  readonly text: string;
  /** The whole finding, for a hover and a screen reader. */
  readonly description: string;
};

/** The grid: every row has a cell a column, `null` where nothing was sampled or nothing is. */
export type Strip = {
  /** "in" and "out" are what comes before and after the layers. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly (StripCell | null)[] }[];
  readonly sentence: string;
};

type Part = LayerDistance["part"];

/** The parts of each row, and those before and after the layers. */
const ROWS: readonly {
  readonly label: string;
  readonly inner: Part | null;
  readonly first: Part | null;
  readonly last: Part | null;
}[] = [
  { label: PART_TITLES.attention, inner: "attention", first: null, last: null },
  { label: PART_TITLES.mlp, inner: "mlp", first: null, last: null },
  { label: PART_TITLES.norm, inner: "norm", first: null, last: "norm" },
  { label: "embedding, head", inner: null, first: "embedding", last: "head" },
];

/** @param names of all inspected checkpoints, by the distance's indices. */
export function layerStrip(distance: PairDistance, names: readonly string[]): Strip {
  const shade = createShade(distance.parts);
  const layers = [...new Set(distance.parts.flatMap(({ layer }) => (layer === null ? [] : [layer])))].sort(
    (a, b) => a - b,
  );
  const cellOf = (layer: number | null, part: Part | null): StripCell | null => {
    const found = distance.parts.find((one) => one.layer === layer && one.part === part);
    return found === undefined ? null : describeCell(found, shade(found.relative));
  };
  const rows = ROWS.map(({ label, inner, first, last }) => ({
    label,
    cells: [cellOf(null, first), ...layers.map((layer) => cellOf(layer, inner)), cellOf(null, last)],
  }));
  return {
    columns: ["in", ...layers.map(String), "out"],
    rows: rows.filter(({ cells }) => cells.some((cell) => cell !== null)),
    sentence: distanceWords(distance, names),
  };
}

function describeCell({ layer, part, relative, cosine }: LayerDistance, share: number): StripCell {
  const text = relative === null ? "" : formatShare(relative);
  const move = relative === null ? "was all zero and is not any more" : `moves by ${text}`;
  const angle = cosine === null ? "" : `, cosine ${formatCosine(cosine)}`;
  return { layer, part, share, text, description: `${placeWords({ layer, part })} ${move}${angle}` };
}

/** Neighbours have cosines near 1: as many digits as tell them from it. */
function formatCosine(cosine: number): string {
  const away = 1 - cosine;
  if (away === 0) return "1";
  return cosine.toFixed(Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(away)))));
}

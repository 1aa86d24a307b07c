/** How far two checkpoints are apart, a line a part of the model and a character a layer. Pure. */
import type { LayerDistance, PairDistance } from "../../domain/checkpoint.ts";
import { createShade, distanceWords, formatShare, PART_TITLES } from "../../domain/distance.ts";
import { shrink, sparkline } from "./sparkline.ts";
import { wrapText } from "./table.ts";

const PARTS = ["attention", "mlp", "norm"] as const;

/** The sentence, then bars by layer: their height is the shade of the page's strip, beside them least and greatest. */
export function formatLayerStrip(distance: PairDistance, names: readonly string[], width: number): string {
  const shade = createShade(distance.parts);
  const labelWidth = Math.max(...PARTS.map((part) => PART_TITLES[part].length));
  const lines = PARTS.flatMap((part) => {
    const inLayers = distance.parts.filter((one) => one.layer !== null && one.part === part);
    if (inLayers.length === 0) return [];
    const range = rangeWords(inLayers);
    const shades = shrink(
      inLayers.map(({ relative }) => shade(relative)),
      Math.max(1, width - labelWidth - range.length - 6),
    );
    return [`  ${PART_TITLES[part].padEnd(labelWidth)}  ${sparkline(shades, [0, 1])}  ${range}`];
  });
  const ends = distance.parts.flatMap(({ layer, part, relative }) =>
    layer === null && relative !== null
      ? [`${part === "norm" ? "final norm" : PART_TITLES[part]} ${formatShare(relative)}`]
      : [],
  );
  const more = ends.length === 0 ? [] : [`  ${ends.join(", ")}`];
  return [...wrapText(distanceWords(distance, names), width), ...lines, ...more].join("\n");
}

/** "2.6 % to 5.2 %" */
function rangeWords(parts: readonly LayerDistance[]): string {
  const moves = parts.flatMap(({ relative }) => (relative === null ? [] : [relative])).sort((a, b) => a - b);
  const [least, most] = [moves[0], moves.at(-1)];
  if (least === undefined || most === undefined) return "from zero";
  const [from, to] = [formatShare(least), formatShare(most)];
  return from === to ? from : `${from} to ${to}`;
}

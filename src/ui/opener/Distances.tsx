/** How far neighbouring checkpoints are apart, layer by layer, over a few sampled weights. */
import { useMemo, useState } from "react";
import type { Inspection } from "../../domain/checkpoint.ts";
import { shortName } from "../../plots/format.ts";
import { layerStrip } from "../../plots/layerStrip.ts";
import { Choice } from "../components/Choice.tsx";
import { LayerStrip } from "../components/LayerStrip.tsx";

/** The strip of one pair; the newest first, the others to choose from. */
export function Distances({ inspection: { distances, checkpoints } }: { readonly inspection: Inspection }) {
  const [picked, setPicked] = useState<number | null>(null);
  const index = picked ?? distances.length - 1;
  const distance = distances[index];
  const names = useMemo(() => checkpoints.map(({ name }) => shortName(name)), [checkpoints]);
  const strip = useMemo(
    () => (distance === undefined ? null : layerStrip(distance, names)),
    [distance, names],
  );
  if (distance === undefined || strip === null) return null;
  const words = ({ older, newer }: { readonly older: number; readonly newer: number }): string =>
    `${names[older] ?? ""} to ${names[newer] ?? ""}`;
  return (
    <section className="place" aria-labelledby="distances">
      <header className="row">
        <h2 id="distances">Distance</h2>
        {distances.length < 2 ? null : (
          <Choice
            label="pair"
            hideLabel
            value={String(index)}
            options={distances.map((one, k) => ({ value: String(k), label: words(one) }))}
            onPick={(value) => setPicked(Number(value))}
          />
        )}
      </header>
      <LayerStrip strip={strip} />
    </section>
  );
}

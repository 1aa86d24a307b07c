/** The pictures of a table of two checkpoints; for more, words and the advice say where to go. */
import { useMemo } from "react";
import { acquisitionFigure } from "../../plots/acquisition.ts";
import { ACQUISITION_LABELS, formatLambda } from "../../plots/format.ts";
import { readAt, readoutWords } from "../../plots/readout.ts";
import { gridOf, TABLE_MEASURE, tableFigure } from "../../plots/tableLandscape.ts";
import { Figure } from "../components/Figure.tsx";
import { LambdaOverlay } from "../components/LambdaOverlay.tsx";
import { useActions, useApp } from "../useApp.ts";
import { usePalette } from "../useTheme.ts";

/** Landscape over acquisition, with the next λ through both. */
export function TablePlots() {
  const table = useApp((state) => state.table.table);
  const settings = useApp((state) => state.table.settings);
  const suggestion = useApp((state) => state.table.suggestion);
  const cursor = useApp(({ view }) => view.cursor);
  const { pointAt } = useActions();
  const palette = usePalette();
  const rows = table?.rows;
  const alpha = settings?.alpha ?? 0;
  const acquisition = settings?.acquisition ?? "ei";
  const isPair = rows?.[0]?.weights.length === 2;
  const landscape = useMemo(
    () => (rows === undefined || !isPair ? null : tableFigure(rows, suggestion, alpha, palette)),
    [rows, isPair, suggestion, alpha, palette],
  );
  const curves = useMemo(() => {
    const grid = suggestion === null ? null : gridOf(suggestion, alpha);
    const ask = suggestion === null ? null : { nominees: suggestion.batch };
    return { grid, figure: acquisitionFigure({ alpha, grid, ask, wanted: [acquisition] }, palette) };
  }, [suggestion, alpha, acquisition, palette]);
  if (landscape === null)
    return (
      <p className="quiet pad">
        {isPair
          ? ""
          : "With three checkpoints or more there is no curve to draw: the advice names the weights."}
      </p>
    );
  const next = suggestion?.next.lambda ?? null;
  const at = cursor ?? next;
  const reading = at === null ? null : readAt(at, curves.grid, TABLE_MEASURE, ["ei", "ucb", "pi"]);
  const label = `${rows?.length ?? 0} scores over λ${next === null ? "" : `; measure next λ = ${formatLambda(next, 3)}`}`;
  return (
    <LambdaOverlay
      chosen={next === null ? null : { lambda: next, colour: palette[acquisition] }}
      cursor={cursor}
      picked={null}
      reading={reading === null ? "nothing to read yet" : readoutWords(reading)}
      onPoint={pointAt}
      onPick={() => undefined}
    >
      <div className="landscape">
        <Figure spec={landscape} label={label} />
      </div>
      <div className="acquisition-head">
        <h3>Acquisition</h3>
        <span className="quiet">
          solid: {ACQUISITION_LABELS[acquisition]}, which chooses; dotted: the others
        </span>
        <p className="readout number">
          {reading === null ? null : `λ ${reading.lambda} · posterior ${reading.posterior ?? "–"}`}
        </p>
      </div>
      <div className="acquisition">
        <Figure spec={curves.figure} label="Acquisition functions over λ" />
      </div>
    </LambdaOverlay>
  );
}

/** Four checkpoints and more: every pair's slice through the incumbent, and all trials as parallel coordinates. */
import { useMemo } from "react";
import type { Measure } from "../../domain/measure.ts";
import type { SimplexSurface, SurfaceSlice } from "../../domain/surface.ts";
import { valueRange } from "../../plots/landscape.ts";
import { mixWords } from "../../plots/sentences.ts";
import { parallelFigure, sliceFigure } from "../../plots/slices.ts";
import type { StepView } from "../../plots/stepView.ts";
import { currentStudy } from "../../store/study.ts";
import { currentMeasure } from "../../store/subject.ts";
import { Figure } from "../components/Figure.tsx";
import { useApp } from "../useApp.ts";
import { usePalette } from "../useTheme.ts";

/** Slices above, trials below. */
export function Slices(props: {
  readonly surface: SimplexSurface;
  readonly view: StepView | null;
  readonly labels: readonly string[];
}) {
  const { surface, view, labels } = props;
  const measure = useApp(currentMeasure);
  const record = useApp((state) => currentStudy(state)?.record ?? null);
  const palette = usePalette();
  const parallel = useMemo(
    () =>
      measure === null || record === null || view === null
        ? null
        : parallelFigure(measure, labels, record.parents, view.seen, view.best?.number ?? null, palette),
    [measure, record, view, labels, palette],
  );
  const range = useMemo(
    () =>
      measure === null || record === null ? null : valueRange(measure, [...record.parents, ...record.trials]),
    [measure, record],
  );
  if (measure === null || parallel === null || range === null) return null;
  return (
    <>
      <p className="quiet simplex-tools">
        Through the best posterior mean at a measured mix,{" "}
        <span className="number">{mixWords(surface.incumbent.posterior.weights)}</span>: each picture moves
        weight between two checkpoints and holds the others.
      </p>
      <div className="slices">
        {surface.slices.map((slice) => (
          <Slice
            key={`${slice.i} ${slice.j}`}
            slice={slice}
            measure={measure}
            range={range}
            labels={labels}
          />
        ))}
      </div>
      <div className="parallel">
        <Figure
          spec={parallel}
          label={`Parallel coordinates of ${view?.seen.length ?? 0} trials over ${labels.length} checkpoints`}
        />
      </div>
    </>
  );
}

function Slice(props: {
  readonly slice: SurfaceSlice;
  readonly measure: Measure;
  readonly range: readonly [number, number];
  readonly labels: readonly string[];
}) {
  const { slice, measure, range, labels } = props;
  const palette = usePalette();
  const spec = useMemo(() => sliceFigure(measure, slice, range, palette), [measure, slice, range, palette]);
  const words = `${labels[slice.i] ?? "?"} → ${labels[slice.j] ?? "?"}`;
  return (
    <figure className="slice">
      <Figure spec={spec} label={`Posterior as weight moves from ${words}`} />
      <figcaption className="quiet">{words}</figcaption>
    </figure>
  );
}

/** Three checkpoints or more: the ternary map, or slices and parallel coordinates, of the shown step. */
import { useEffect, useMemo } from "react";
import type { StepView } from "../../plots/stepView.ts";
import { isBusy } from "../../store/status.ts";
import { currentStudy } from "../../store/study.ts";
import { surfaceKey } from "../../store/surface.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useLabels } from "../useCheckpoints.ts";
import { Slices } from "./Slices.tsx";
import { Ternary } from "./Ternary.tsx";

const NONE: readonly string[] = [];

/** `view` is the search at the shown step. */
export function SimplexPlots({ view, stale }: { readonly view: StepView | null; readonly stale: boolean }) {
  const searched = useApp((state) => currentStudy(state) !== null);
  const key = useApp(surfaceKey);
  const surface = useApp((state) => state.surface);
  const parents = useApp(({ subject }) => subject.parents) ?? NONE;
  const labels = useLabels(parents);
  const trials = useApp(({ subject }) => subject.settings.trials);
  const { showSurface, runStudy } = useActions();
  useEffect(() => {
    if (key !== null) void showSurface();
  }, [key, showSurface]);
  const short = useMemo(() => labels.map((label) => label.replace(/^step /, "")), [labels]);
  if (!searched)
    return (
      <div className="simplex">
        <div className="nothing-yet">
          <p>
            These {parents.length} checkpoints have not been searched together yet. The model's mean,
            deviation and acquisition over all their mixes will appear here, with every measured mix and the
            recipes that have a name.
          </p>
          <button type="button" className="button strong" onClick={() => void runStudy()}>
            run a search of {trials} trials
          </button>
        </div>
      </div>
    );
  const shown = surface.surface;
  const isOld = surface.key !== key || isBusy(surface.status);
  const fits = shown !== null && shown.incumbent.posterior.weights.length === parents.length;
  return (
    <div className={stale ? "simplex stale" : "simplex"} data-old={isOld}>
      {surface.status.kind === "failed" ? <ErrorNotice error={surface.status.error} ways={[]} /> : null}
      {!fits ? (
        <p className="quiet pad">The surface appears with the first measured mix.</p>
      ) : shown.lattice !== null ? (
        <Ternary surface={shown} lattice={shown.lattice} view={view} labels={short} />
      ) : (
        <Slices surface={shown} view={view} labels={short} />
      )}
    </div>
  );
}

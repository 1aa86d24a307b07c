/** The strip of checkpoints over training steps, on which the two parents are picked. */
import { useMemo } from "react";
import type { Score } from "../../domain/study.ts";
import { checkpointLabel, formatScore } from "../../plots/format.ts";
import { stripPositions, trajectoryFigure } from "../../plots/trajectory.ts";
import { isBusy } from "../../store/status.ts";
import { currentMeasure, currentTask } from "../../store/subject.ts";
import { currentTrajectory } from "../../store/trajectory.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { Figure } from "../components/Figure.tsx";
import { Panel } from "../components/Panel.tsx";
import { ParentHandles } from "../components/ParentHandles.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useCheckpoints } from "../useCheckpoints.ts";
import { useMedia, usePalette } from "../useTheme.ts";
import { useWaysOn } from "../useWaysOn.ts";

const NO_SCORES: Readonly<Record<string, Score>> = {};

/** The trajectory. */
export function TrajectoryPanel() {
  const checkpoints = useCheckpoints();
  const scores = useApp((state) => currentTrajectory(state)?.scores ?? NO_SCORES);
  const status = useApp(({ trajectory }) => trajectory.status);
  const measure = useApp(currentMeasure);
  const chance = useApp((state) => currentTask(state)?.chance ?? null);
  const pair = useApp(({ subject }) => subject.parents);
  const actions = useActions();
  const palette = usePalette();
  const labelGap = useMedia("(max-width: 700px)") ? 0.1 : 0.034;
  const ways = useWaysOn(() => void actions.measureTrajectory());
  const positions = useMemo(() => stripPositions(checkpoints), [checkpoints]);
  const spec = useMemo(
    () =>
      measure === null
        ? null
        : trajectoryFigure({ measure, checkpoints, scores, pair, chance, labelGap }, palette),
    [measure, checkpoints, scores, pair, chance, labelGap, palette],
  );
  const labels = checkpoints.map((checkpoint) => {
    const score = scores[checkpoint.name];
    const found = score === undefined || measure === null ? "not measured" : formatScore(measure, score);
    return `${checkpointLabel(checkpoint)}: ${found}`;
  });
  const missing = checkpoints.filter(({ name }) => scores[name] === undefined).length;
  const [older, newer] = (pair ?? []).map((name) => checkpoints.findIndex((one) => one.name === name));
  const pick = (i: number, j: number): void => {
    const [one, other] = [checkpoints[i], checkpoints[j]];
    if (one !== undefined && other !== undefined) actions.pickParents([one.name, other.name]);
  };
  return (
    <Panel
      area="strip"
      title="Trajectory"
      status={status}
      note={
        measure === null ? null : (
          <span className="words">
            {`${measure.label}${measure.label.includes(",") ? "," : ""} of each checkpoint over training steps, ± one standard error${chance === null || !measure.percent ? "" : "; dotted: blind guessing"}`}
          </span>
        )
      }
      tools={
        isBusy(status) || missing === 0 ? (
          <WorkNote status={status} onCancel={actions.cancelTrajectory} />
        ) : (
          <button type="button" className="button" onClick={() => void actions.measureTrajectory()}>
            measure {missing === checkpoints.length ? `all ${missing}` : `the other ${missing}`}
          </button>
        )
      }
    >
      <div className="strip">
        {spec === null ? null : <Figure spec={spec} label={`Trajectory. ${labels.join("; ")}`} />}
        {older === undefined || newer === undefined || older < 0 || newer < 0 ? null : (
          <ParentHandles positions={positions} labels={labels} pair={[older, newer]} onPick={pick} />
        )}
        {status.kind === "failed" ? <ErrorNotice error={status.error} ways={ways} /> : null}
      </div>
    </Panel>
  );
}

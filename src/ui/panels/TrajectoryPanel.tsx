/** The strip of checkpoints over training steps, on which the two parents are picked. */
import { Minus, Plus } from "lucide-react";
import { useMemo } from "react";
import type { Score } from "../../domain/study.ts";
import { checkpointLabel, formatScore } from "../../plots/format.ts";
import { mixColours } from "../../plots/palette.ts";
import { stripPositions, trajectoryFigure } from "../../plots/trajectory.ts";
import { isBusy } from "../../store/status.ts";
import { currentMeasure, currentTask, MOST_PARENTS } from "../../store/subject.ts";
import { currentTrajectory } from "../../store/trajectory.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { Figure } from "../components/Figure.tsx";
import { Panel } from "../components/Panel.tsx";
import { ParentHandles } from "../components/ParentHandles.tsx";
import { Hint } from "../components/Term.tsx";
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
  const picked = (pair ?? []).map((name) => checkpoints.findIndex((one) => one.name === name));
  const pick = (places: readonly number[]): void =>
    actions.pickParents(places.flatMap((place) => checkpoints[place]?.name ?? []));
  const colours = picked.map((_, i) => mixColours(palette.older, palette.newer, i / (picked.length - 1)));
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
        <>
          <HowManyParents picked={picked} count={checkpoints.length} onPick={pick} />
          {isBusy(status) || missing === 0 ? (
            <WorkNote status={status} onCancel={actions.cancelTrajectory} />
          ) : (
            <button type="button" className="button" onClick={() => void actions.measureTrajectory()}>
              measure {missing === checkpoints.length ? `all ${missing}` : `the other ${missing}`}
            </button>
          )}
        </>
      }
    >
      <div className="strip">
        {spec === null ? null : <Figure spec={spec} label={`Trajectory. ${labels.join("; ")}`} />}
        {picked.length < 2 || picked.some((place) => place < 0) ? null : (
          <ParentHandles
            positions={positions}
            labels={labels}
            parents={picked}
            colours={colours}
            onPick={pick}
          />
        )}
        {status.kind === "failed" ? <ErrorNotice error={status.error} ways={ways} /> : null}
      </div>
    </Panel>
  );
}

/** One checkpoint more or less in the mix: the nearest free one, older first. */
function HowManyParents(props: {
  readonly picked: readonly number[];
  readonly count: number;
  readonly onPick: (places: readonly number[]) => void;
}) {
  const { picked, count, onPick } = props;
  const [oldest = 0, newest = 0] = [picked[0], picked.at(-1)];
  const free = [
    ...Array.from({ length: oldest }, (_, i) => oldest - 1 - i),
    ...Array.from({ length: count }, (_, i) => i).filter((place) => place > oldest),
  ].find((place) => !picked.includes(place));
  return (
    <span className="row">
      <span className="quiet">{picked.length} checkpoints</span>
      <Hint meaning="One checkpoint less: the oldest goes.">
        <button
          type="button"
          className="icon"
          aria-label="mix one checkpoint less"
          aria-disabled={picked.length <= 2}
          onClick={() => picked.length > 2 && onPick(picked.slice(1))}
        >
          <Minus size={14} aria-hidden="true" />
        </button>
      </Hint>
      <Hint meaning="One checkpoint more. Shift-click adds and removes any.">
        <button
          type="button"
          className="icon"
          aria-label="mix one checkpoint more"
          aria-disabled={picked.length >= MOST_PARENTS || free === undefined || newest < 0}
          onClick={() => free !== undefined && picked.length < MOST_PARENTS && onPick([...picked, free])}
        >
          <Plus size={14} aria-hidden="true" />
        </button>
      </Hint>
    </span>
  );
}

/** Searches by the thousand on the sweep that is there: the papers' single runs as distributions. */
import { useMemo } from "react";
import { formatGain, gainUnit } from "../../plots/format.ts";
import { armColour, armLabel, regretFigure, regretWords } from "../../plots/regret.ts";
import { currentCurve, REPLAY_VARIES } from "../../store/replay.ts";
import { isBusy } from "../../store/status.ts";
import { currentKey, currentMeasure } from "../../store/subject.ts";
import { currentSweep, SWEEP_POINTS } from "../../store/sweep.ts";
import { Choice, type Option } from "../components/Choice.tsx";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { Figure } from "../components/Figure.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";
import { usePalette } from "../useTheme.ts";
import { useWaysOn } from "../useWaysOn.ts";

const SEEDS: readonly Option<string>[] = ["20", "100", "300", "1000"].map((value) => ({
  value,
  label: value,
}));
const TRIALS: readonly Option<string>[] = ["6", "12", "20"].map((value) => ({ value, label: value }));

/** Settings, the regret's picture and its table. */
export function ReplayTab() {
  const { vary, seeds, trials, status } = useApp(({ replay }) => replay);
  // A table is made anew from the same sweep; whether there is one is all that is asked here.
  const swept = useApp((state) => currentCurve(state) !== null);
  const points = useApp((state) => currentSweep(state)?.points.length ?? 0);
  const isPair = useApp(({ subject }) => subject.parents?.length === 2);
  const { changeReplay, runReplay, cancelReplay, runSweep } = useActions();
  const ways = useWaysOn(() => void runReplay());
  if (!isPair)
    return <p className="quiet pad">Searches are replayed on the sweep between two checkpoints: pick two.</p>;
  if (!swept)
    return (
      <div className="pad">
        <p className="quiet">
          A dense sweep is a table that any search can be run on in milliseconds: a thousand of them show what
          one run of a search is worth, by acquisition function, α, budget or the number of items.
        </p>
        <button type="button" className="button" onClick={() => void runSweep()}>
          sweep {SWEEP_POINTS} λ first
        </button>
      </div>
    );
  return (
    <>
      <div className="row lab-tools">
        <Choice
          label="compare"
          value={vary}
          options={REPLAY_VARIES}
          onPick={(next) => changeReplay({ vary: next })}
        />
        <Choice
          label="trials"
          value={String(trials)}
          options={TRIALS}
          onPick={(next) => changeReplay({ trials: Number(next) })}
        />
        <Choice
          label="seeds"
          value={String(seeds)}
          options={SEEDS}
          onPick={(next) => changeReplay({ seeds: Number(next) })}
        />
        {isBusy(status) ? (
          <WorkNote status={status} onCancel={cancelReplay} />
        ) : (
          <button type="button" className="button strong" onClick={() => void runReplay()}>
            replay on the sweep's {points} λ
          </button>
        )}
      </div>
      {status.kind === "failed" ? <ErrorNotice error={status.error} ways={ways} /> : null}
      <Results />
    </>
  );
}

function Results() {
  const key = useApp((state) => currentKey(state, state.subject.parents));
  const replay = useApp((state) => state.replay);
  const measure = useApp(currentMeasure);
  const palette = usePalette();
  const results = replay.key === key ? replay.results : null;
  const spec = useMemo(
    () => (measure === null || results === null ? null : regretFigure(measure, results, palette)),
    [measure, results, palette],
  );
  if (spec === null || results === null || measure === null)
    return (
      <p className="quiet pad">
        Nothing is measured for this: each suggested λ is answered by the nearest one of the sweep. What comes
        out is simple regret: how far the λ that a search would return lies below the sweep's best.
      </p>
    );
  return (
    <div className="lab-split">
      <div className="lab-figure">
        <Figure spec={spec} label={regretWords(measure, results, replay.seeds)} />
        <p className="axis-words quiet">
          mean simple regret, {gainUnit(measure)}, ±2 standard errors, by trial
        </p>
      </div>
      <div>
        <p className="lab-sentence">{regretWords(measure, results, replay.seeds)}</p>
        <table className="lab-table">
          <thead>
            <tr>
              <th scope="col">search</th>
              <th scope="col">mean regret</th>
              <th scope="col">median</th>
              <th scope="col">worst tenth</th>
              <th scope="col">within 1 se of the best</th>
              <th scope="col">paired to the first</th>
            </tr>
          </thead>
          <tbody>
            {results.map((result, place) => {
              const [, , median, , worst] = result.quantiles.at(-1) ?? [0, 0, 0, 0, 0];
              const gain = (value: number, stderr: number | null): string =>
                formatGain(measure, value, stderr).replace(/^[+±]/, "");
              return (
                <tr key={result.label}>
                  <th scope="row">
                    <span
                      className="line-swatch"
                      style={{ background: armColour(result.label, place, palette) }}
                      aria-hidden="true"
                    />
                    {armLabel(result.label)}
                  </th>
                  <td className="number">{gain(result.mean.at(-1) ?? 0, result.stderr.at(-1) ?? null)}</td>
                  <td className="number">{gain(median, null)}</td>
                  <td className="number">{gain(worst, null)}</td>
                  <td className="number">{Math.round(100 * result.nearBest)} %</td>
                  <td className="number">
                    {result.difference === null
                      ? "–"
                      : formatGain(measure, result.difference.mean, result.difference.stderr)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

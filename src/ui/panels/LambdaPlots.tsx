/** The two plots over λ with the lines and the reading they share. */
import { useMemo } from "react";
import type { Measure } from "../../domain/measure.ts";
import type { SweepPoint, Trial } from "../../domain/study.ts";
import { acquisitionFigure, type CurveName, drawnCurves } from "../../plots/acquisition.ts";
import { ACQUISITION_LABELS, formatLambda, formatScore } from "../../plots/format.ts";
import { landscapeFigure, valueRange } from "../../plots/landscape.ts";
import { type Readout, readAt, readoutWords } from "../../plots/readout.ts";
import { ACQUISITION_MEANINGS, explainAsk } from "../../plots/sentences.ts";
import type { StepView } from "../../plots/stepView.ts";
import { currentLive } from "../../store/live.ts";
import { parentScore } from "../../store/parentScores.ts";
import { currentStudy } from "../../store/study.ts";
import { currentMeasure } from "../../store/subject.ts";
import { currentPrediction, currentSweep } from "../../store/sweep.ts";
import { drawnWhatIf } from "../../store/whatIf.ts";
import { Figure } from "../components/Figure.tsx";
import { LambdaOverlay } from "../components/LambdaOverlay.tsx";
import { Term } from "../components/Term.tsx";
import { useActions, useApp } from "../useApp.ts";
import { usePalette } from "../useTheme.ts";

const NO_TRIALS: readonly Trial[] = [];
const NO_POINTS: readonly SweepPoint[] = [];

/** Landscape above, acquisition functions below; greyed when the settings changed since. */
export function LambdaPlots({ view, stale }: { readonly view: StepView | null; readonly stale: boolean }) {
  const measure = useApp(currentMeasure);
  return (
    <div className={stale ? "lambda-box stale" : "lambda-box"}>
      {measure === null ? null : <Plots view={view} measure={measure} />}
      <div className="axis-ends" aria-hidden="true">
        <span className="older">all older</span>
        <span>λ, weight of the newer checkpoint</span>
        <span className="newer">all newer</span>
      </div>
    </div>
  );
}

function Plots({ view, measure }: { readonly view: StepView | null; readonly measure: Measure }) {
  const searched = useApp((state) => currentStudy(state) !== null);
  const settings = useApp(
    (state) => drawnWhatIf(state)?.settings ?? currentStudy(state)?.record.settings ?? state.subject.settings,
  );
  const cursor = useApp((state) => state.view.cursor);
  const picked = useApp(({ whatIf }) => whatIf.picked?.[1] ?? null);
  const { pointAt, pickWeights } = useActions();
  const palette = usePalette();
  const landscape = useLandscape(view, measure, settings.alpha);
  const { acquisition: name, pool, alpha } = settings;
  const wanted = useMemo(() => (name === "hedge" ? pool : [name]), [name, pool]);
  const grid = view?.surrogate?.grid ?? null;
  const ask = view?.ask ?? null;
  const acquisition = useMemo(
    () => acquisitionFigure({ alpha, grid, ask, wanted }, palette),
    [alpha, grid, ask, wanted, palette],
  );
  const chosen =
    ask?.lambda == null
      ? null
      : { lambda: ask.lambda, colour: ask.acquisition === null ? palette.muted : palette[ask.acquisition] };
  const curves = drawnCurves(wanted);
  const at = cursor ?? chosen?.lambda ?? view?.best?.lambda ?? null;
  const reading = at === null ? null : readAt(at, grid, measure, curves);
  return (
    <LambdaOverlay
      chosen={chosen}
      cursor={cursor}
      reading={reading === null ? "nothing to read yet" : readoutWords(reading)}
      onPoint={pointAt}
      picked={picked}
      onPick={(lambda) => pickWeights([1 - lambda, lambda])}
    >
      <div className="landscape">
        <Figure spec={landscape} label={landscapeWords(view, measure)} />
        {searched ? null : <NoSearch />}
      </div>
      <div className="acquisition-head">
        <h3>Acquisition</h3>
        <Legend curves={curves} wanted={wanted} reading={reading} />
        <p className="readout number">
          {reading === null ? null : `λ ${reading.lambda} · posterior ${reading.posterior ?? "–"}`}
        </p>
      </div>
      <div className="acquisition">
        <Figure spec={acquisition} label={ask === null ? "Acquisition functions over λ" : explainAsk(ask)} />
      </div>
    </LambdaOverlay>
  );
}

function useLandscape(view: StepView | null, measure: Measure, alpha: number) {
  const trials = useApp((state) => currentStudy(state)?.record.trials ?? NO_TRIALS);
  const sweep = useApp((state) => currentSweep(state)?.points ?? NO_POINTS);
  const predicted = useApp((state) => currentPrediction(state)?.record ?? null);
  const older = useApp((state) => parentScore(state, 0));
  const newer = useApp((state) => parentScore(state, 1));
  const now = useApp(currentLive);
  const palette = usePalette();
  return useMemo(() => {
    const parents = [older, newer];
    const merges = predicted === null ? [] : [...predicted.points, ...predicted.verification];
    const range = valueRange(measure, [...parents, ...trials, ...sweep, ...merges]);
    const coming = now !== null && now.weights.length === 2 && now.score.n < now.total;
    const live = coming ? { ...now.score, lambda: now.weights[1]!, total: now.total } : null;
    return landscapeFigure({ measure, alpha, parents, view, sweep, predicted, live, range }, palette);
  }, [measure, alpha, older, newer, view, trials, sweep, predicted, now, palette]);
}

function landscapeWords(view: StepView | null, measure: Measure): string {
  const counted = `Landscape: ${view?.seen.length ?? 0} measured merges.`;
  if (view?.best?.lambda == null) return counted;
  return `${counted} Best so far ${formatScore(measure, view.best)} at λ = ${formatLambda(view.best.lambda, 3)}.`;
}

function Legend(props: {
  readonly curves: readonly CurveName[];
  readonly wanted: readonly string[];
  readonly reading: Readout | null;
}) {
  return (
    <ul className="legend">
      {props.curves.map((name) => (
        <li key={name} style={{ color: `var(--${name})` }} data-chooses={props.wanted.includes(name)}>
          <Term {...ACQUISITION_MEANINGS[name]}>{ACQUISITION_LABELS[name]}</Term>
          <span className="number">
            {props.reading?.curves.find((curve) => curve.name === name)?.share ?? "–"}
          </span>
        </li>
      ))}
    </ul>
  );
}

function NoSearch() {
  const { runStudy } = useActions();
  const trials = useApp(({ subject }) => subject.settings.trials);
  const swept = useApp((state) => currentSweep(state) !== null || currentPrediction(state)?.record != null);
  return (
    <div className={swept ? "nothing-yet beside-sweep" : "nothing-yet"}>
      <p>
        This pair has not been searched yet. Measured merges, the model's mean and its bands will appear here.
      </p>
      <button type="button" className="button strong" onClick={() => void runStudy()}>
        run a search of {trials} trials
      </button>
    </div>
  );
}

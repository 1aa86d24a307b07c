/** Beat the GP: pick λ on a hidden sweep against a search with the same budget. A link holds the whole game. */
import { useEffect, useMemo } from "react";
import { isOver } from "../../domain/game.ts";
import type { ReplayPath, ScoreCurve } from "../../domain/replay.ts";
import { formatGain, formatScore, gainUnit } from "../../plots/format.ts";
import { bestSoFar, gameFigure } from "../../plots/gamePicture.ts";
import { currentCurve } from "../../store/replay.ts";
import { currentMeasure } from "../../store/subject.ts";
import { currentSweep, SWEEP_POINTS } from "../../store/sweep.ts";
import { Choice, type Option } from "../components/Choice.tsx";
import { CopyButton } from "../components/CopyButton.tsx";
import { Figure } from "../components/Figure.tsx";
import { LambdaOverlay } from "../components/LambdaOverlay.tsx";
import { useActions, useApp } from "../useApp.ts";
import { usePalette } from "../useTheme.ts";
import { ACQUISITION_OPTIONS, acquisitionLabel } from "./searchOptions.ts";

const BUDGETS: readonly Option<string>[] = ["4", "6", "8", "12"].map((value) => ({
  value,
  label: `${value} picks`,
}));
const NO_PATH: ReplayPath = [];

/** The game, or the invitation to one. */
export function GameTab() {
  const sweep = useApp(currentSweep);
  const game = useApp((state) => state.game.game);
  const isPair = useApp(({ subject }) => subject.parents?.length === 2);
  const { runSweep, newGame } = useActions();
  // One table a sweep: the store makes it anew at every call.
  const curve = useApp((state) => (currentCurve(state) === null ? null : currentSweep(state)));
  const table = useMemo(
    (): ScoreCurve | null =>
      curve === null
        ? null
        : {
            lambda: curve.points.map(({ lambda }) => lambda),
            value: curve.points.map(({ value }) => value),
            stderr: curve.points.map(({ stderr }) => stderr),
          },
    [curve],
  );
  if (!isPair)
    return <p className="quiet pad">The game is played on the sweep between two checkpoints: pick two.</p>;
  if (table === null || sweep === null)
    return (
      <div className="pad">
        <p className="quiet">
          A dense sweep of this pair becomes the hidden curve: you and a search pick λ on it with the same
          budget.
        </p>
        <button type="button" className="button" onClick={() => void runSweep()}>
          sweep {SWEEP_POINTS} λ first
        </button>
      </div>
    );
  if (game === null)
    return (
      <div className="pad">
        <p className="quiet">
          You know the two parents' scores, as the search does. Pick λ in the picture; each pick shows its
          score. When your picks are spent, the search's are shown, and the curve. The landscape above shows
          the sweep: play it on a pair that you have not looked at, or do not peek.
        </p>
        <button type="button" className="button strong" onClick={() => newGame({})}>
          play on this pair's sweep
        </button>
      </div>
    );
  return <Board curve={table} />;
}

function Board({ curve }: { readonly curve: ScoreCurve }) {
  const game = useApp((state) => state.game.game);
  const opponent = useApp((state) => state.game.opponent) ?? NO_PATH;
  const measure = useApp(currentMeasure);
  const cursor = useApp(({ view }) => view.cursor);
  const { pickInGame, newGame, endGame, playOpponent, pointAt } = useActions();
  const palette = usePalette();
  const over = game !== null && isOver(game);
  const waits = useApp((state) => state.game.opponent === null && state.game.status.kind === "idle");
  // A link may bring a game that is over: its opponent has not played here yet.
  useEffect(() => {
    if (over && waits) void playOpponent();
  }, [over, waits, playOpponent]);
  const picks = useMemo(() => (game === null ? NO_PATH : pathOf(curve, game.picks)), [curve, game]);
  const spec = useMemo(
    () => (measure === null ? null : gameFigure({ measure, curve, picks, opponent, isOver: over }, palette)),
    [measure, curve, picks, opponent, over, palette],
  );
  if (game === null || measure === null || spec === null) return null;
  const left = game.budget - picks.length;
  const words = over
    ? verdictWords(curve, picks, opponent, measure)
    : `${left} of ${game.budget} picks left: click a λ.`;
  return (
    <>
      <div className="row lab-tools">
        <Choice
          label="against"
          value={game.opponent}
          options={ACQUISITION_OPTIONS}
          onPick={(next) => newGame({ opponent: next })}
        />
        <Choice
          label="budget"
          hideLabel
          value={String(game.budget)}
          options={BUDGETS}
          onPick={(next) => newGame({ budget: Number(next) })}
        />
        <button type="button" className="button" onClick={() => newGame({ seed: game.seed + 1 })}>
          new game, seed {game.seed + 1}
        </button>
        <CopyButton label="copy the game's link" text={() => location.href} />
        <button type="button" className="link" onClick={endGame}>
          end
        </button>
        <p className="words" aria-live="polite">
          {words}
        </p>
      </div>
      <div className="lab-split wide-left">
        <LambdaOverlay
          chosen={null}
          cursor={cursor}
          picked={null}
          reading={cursor === null ? "no λ" : `λ = ${cursor.toFixed(2)}`}
          onPoint={pointAt}
          onPick={(lambda) => pickInGame(lambda)}
        >
          <div className="lab-figure">
            <Figure spec={spec} label={`Beat the GP. ${words}`} />
          </div>
        </LambdaOverlay>
        <Score
          curve={curve}
          picks={picks}
          opponent={over ? opponent : NO_PATH}
          name={acquisitionLabel(game.opponent)}
        />
      </div>
    </>
  );
}

function Score(props: {
  readonly curve: ScoreCurve;
  readonly picks: ReplayPath;
  readonly opponent: ReplayPath;
  readonly name: string;
}) {
  const { curve, picks, opponent } = props;
  const measure = useApp(currentMeasure);
  if (measure === null) return null;
  const [mine, theirs] = [bestSoFar(curve, picks), bestSoFar(curve, opponent)];
  const shown = (values: readonly number[], i: number): string =>
    values[i] === undefined ? "" : formatScore(measure, { value: values[i], stderr: null });
  return (
    <table className="lab-table">
      <thead>
        <tr>
          <th scope="col">best after</th>
          <th scope="col">you</th>
          <th scope="col">{props.name}</th>
        </tr>
      </thead>
      <tbody>
        {mine.map((_, i) => (
          <tr key={i}>
            <th scope="row">{i === 0 ? "the parents" : `pick ${i}`}</th>
            <td className="number">{shown(mine, i)}</td>
            <td className="number">{i === 0 || opponent.length > 0 ? shown(theirs, i) : "hidden"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function pathOf(curve: ScoreCurve, picks: readonly number[]): ReplayPath {
  return picks.map((pick) => {
    const index = curve.lambda.reduce(
      (best, lambda, i) => (Math.abs(lambda - pick) < Math.abs((curve.lambda[best] ?? 0) - pick) ? i : best),
      0,
    );
    return { lambda: curve.lambda[index] ?? pick, value: curve.value[index] ?? Number.NaN };
  });
}

function verdictWords(
  curve: ScoreCurve,
  picks: ReplayPath,
  opponent: ReplayPath,
  measure: NonNullable<ReturnType<typeof currentMeasure>>,
): string {
  if (opponent.length === 0) return "The search plays.";
  const best = Math.max(...curve.value);
  const [mine, theirs] = [picks, opponent].map((path) => best - (bestSoFar(curve, path).at(-1) ?? best));
  const gap = formatGain(measure, Math.abs(mine! - theirs!), null).replace(/^[+±]/, "");
  const who =
    mine === theirs
      ? "A draw"
      : mine! < theirs!
        ? `You win by ${gap} ${gainUnit(measure)}`
        : `The search wins by ${gap} ${gainUnit(measure)}`;
  const regret = (value: number): string => formatGain(measure, value, null).replace(/^[+±]/, "");
  return `${who}: you end ${regret(mine!)}, the search ${regret(theirs!)} ${gainUnit(measure)} below the sweep's best.`;
}

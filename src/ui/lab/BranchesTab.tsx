/** Searches of the present question side by side: where each one went, and how far each is from the best known. */
import { X } from "lucide-react";
import { useMemo } from "react";
import type { SearchSettings } from "../../domain/surrogate.ts";
import { type BranchLine, branchesFigure, simpleRegret } from "../../plots/branches.ts";
import { formatGain, formatLambda, formatScore, gainUnit } from "../../plots/format.ts";
import type { Palette } from "../../plots/palette.ts";
import { mixWords } from "../../plots/sentences.ts";
import { type Branch, branchesOf } from "../../store/branches.ts";
import { isBusy } from "../../store/status.ts";
import { currentStudyKey } from "../../store/study.ts";
import { currentKey, currentMeasure } from "../../store/subject.ts";
import { currentSweep } from "../../store/sweep.ts";
import { bestOf } from "../../store/verdict.ts";
import { Figure } from "../components/Figure.tsx";
import { useActions, useApp } from "../useApp.ts";
import { usePalette } from "../useTheme.ts";
import { acquisitionLabel } from "./searchOptions.ts";

/** The regret curves and the table that opens and closes branches. */
export function BranchesTab() {
  const study = useApp((state) => state.study);
  const question = useApp((state) => currentKey(state, state.subject.parents));
  const shown = useApp(currentStudyKey);
  const measure = useApp(currentMeasure);
  const sweep = useApp(currentSweep);
  const palette = usePalette();
  const branches = useMemo(() => branchesOf({ study }, question), [study, question]);
  const parents = branches[0]?.entry.record.parents;
  const best = useMemo(() => {
    const trials = branches.flatMap(({ entry }) => entry.record.trials);
    const known = [...(sweep?.points ?? []), ...trials, ...(parents ?? [])].map(({ value }) => value);
    return known.length === 0 ? null : Math.max(...known);
  }, [branches, sweep, parents]);
  const lines = useMemo(() => linesOf(branches, shown, palette), [branches, shown, palette]);
  const spec = useMemo(
    () =>
      measure === null || best === null || parents === undefined || parents.length === 0
        ? null
        : branchesFigure(measure, parents, lines, best, palette),
    [measure, best, parents, lines, palette],
  );
  if (spec === null || measure === null || best === null || parents === undefined)
    return (
      <p className="quiet pad">
        Run a search, scrub back to any of its steps and fork it there: the branches are compared here by
        simple regret, the best known score minus the best each one has found.
      </p>
    );
  const known =
    sweep === null ? "what the searches measured" : `the sweep's ${sweep.points.length} λ and the searches`;
  return (
    <div className="lab-split">
      <div className="lab-figure">
        <Figure spec={spec} label={`Simple regret of ${branches.length} searches by trial`} />
        <p className="axis-words quiet">
          simple regret, {gainUnit(measure)} below the best of {known}, by trial
        </p>
      </div>
      <table className="lab-table">
        <thead>
          <tr>
            <th scope="col">search</th>
            <th scope="col">trials</th>
            <th scope="col">best mix</th>
            <th scope="col">score</th>
            <th scope="col">regret</th>
            <th scope="col">
              <span className="unseen">close</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {branches.map((branch, i) => (
            <Row
              key={branch.key}
              branch={branch}
              line={lines[i]}
              isFirst={branch.key === question}
              score={(() => {
                const found = bestOf(branch.entry);
                return found === null ? "–" : formatScore(measure, found);
              })()}
              regret={formatGain(
                measure,
                -(simpleRegret(parents, branch.entry.record.trials, best).at(-1) ?? 0),
                null,
              )}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: {
  readonly branch: Branch;
  readonly line: BranchLine | undefined;
  readonly isFirst: boolean;
  readonly score: string;
  readonly regret: string;
}) {
  const { branch, line, isFirst } = props;
  const { openBranch, closeBranch } = useActions();
  const { record, status } = branch.entry;
  const best = bestOf(branch.entry);
  return (
    <tr data-shown={line?.isShown === true}>
      <th scope="row">
        <button
          type="button"
          className="link"
          aria-pressed={line?.isShown === true}
          onClick={() => openBranch(branch.key)}
        >
          <span className="line-swatch" style={{ background: line?.colour }} aria-hidden="true" />
          {line?.label}
        </button>
      </th>
      <td className="number">
        {record.trials.length}
        {isBusy(status) ? ` of ${record.settings.trials}` : ""}
      </td>
      <td className="number">
        {best === null ? "–" : best.lambda === null ? mixWords(best.weights) : formatLambda(best.lambda, 3)}
      </td>
      <td className="number">{props.score}</td>
      <td className="number">{props.regret}</td>
      <td>
        {isFirst ? null : (
          <button
            type="button"
            className="icon"
            aria-label={`Close ${line?.label}`}
            aria-disabled={isBusy(status)}
            onClick={() => closeBranch(branch.key)}
          >
            <X size={14} aria-hidden="true" />
          </button>
        )}
      </td>
    </tr>
  );
}

/** Colours in the order the branches were begun; none is an acquisition's, as two branches may follow the same. */
function linesOf(branches: readonly Branch[], shown: string | null, palette: Palette): readonly BranchLine[] {
  const hues = [palette.ink, palette.newer, palette.older, palette.ei, palette.ucb, palette.pi];
  return branches.map(({ key, entry }, i) => ({
    label: labelOf(branches, i),
    colour: hues[i % hues.length] ?? palette.ink,
    trials: entry.record.trials,
    forkedAt: entry.fork?.step ?? null,
    isShown: key === shown,
  }));
}

/** "GP-Hedge of EI and UCB", "fork at step 5: UCB, kernel rbf". */
function labelOf(branches: readonly Branch[], index: number): string {
  const entry = branches[index]!.entry;
  const { settings, trials } = entry.record;
  const name = acquisitionLabel(settings.acquisition);
  const { fork } = entry;
  if (fork === null) return name;
  const from = branches.find(({ key }) => key === fork.of)?.entry.record.settings;
  const first = trials[fork.step - 1];
  const picked =
    first?.ask.kind === "person" && first.lambda !== null ? [`λ = ${formatLambda(first.lambda)}`] : [];
  const changes = from === undefined ? [] : changesOf(from, settings);
  return `fork at ${fork.step}: ${[...picked, name, ...changes].join(", ")}`;
}

const NAMED = ["kernel", "noise", "estimate", "beta", "alpha", "seed"] as const;

function changesOf(from: SearchSettings, to: SearchSettings): readonly string[] {
  const held = Object.entries(to.fixed).map(
    ([name, value]) => `${name} held at ${[value].flat().join(", ")}`,
  );
  return [...NAMED.filter((name) => from[name] !== to[name]).map((name) => `${name} ${to[name]}`), ...held];
}

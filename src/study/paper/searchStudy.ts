/** The studies that compare ways to search: held-out size (P1 Table 4), α (P1 §5.2), acquisition functions. */
import type { Measure } from "../../domain/measure.ts";
import { turnSign } from "../../domain/measure.ts";
import { defaultSearchSettings } from "../../domain/searchDefaults.ts";
import type { StudyDescription } from "../../domain/studyResult.ts";
import type { SearchSettings } from "../../domain/surrogate.ts";
import { pairedDifference } from "../../numerics/statistics.ts";
import type { BenchTask, Findings, PaperStudy, StudyBench } from "./bench.ts";
import { scoreUnit, shortNames } from "./differences.ts";
import {
  type Arm,
  type ArmResult,
  overSeeds,
  parentOf,
  replayArms,
  SEEDS,
  type Tables,
  tablesOf,
} from "./replays.ts";
import { gainWords, scoreWords } from "./words.ts";

type Kind = {
  readonly description: StudyDescription;
  readonly column: string;
  readonly arms: (settings: SearchSettings, task: BenchTask) => readonly Arm[];
  readonly sentence: (results: readonly ArmResult[], tables: Tables, measure: Measure) => string;
  readonly not: string;
  readonly notes: readonly string[];
};

/** P1 Table 4. */
export const heldoutSize: PaperStudy = searchStudy({
  description: {
    name: "heldout-size",
    title: "How much held-out data",
    source: "P1 Table 4, §5.1",
    claim: "A quarter of the held-out data finds a λ as good as all of it does.",
  },
  column: "share of the search half",
  arms: (settings) =>
    [0.25, 0.5, 0.75, 1].map((share) => ({
      label: `${share === 1 ? "all" : `${4 * share}/4`}`,
      settings,
      share,
    })),
  sentence(results, _tables, measure) {
    const [quarter, all] = [results[0]!, results.at(-1)!];
    const { difference, standardError } = pairedDifference(quarter.unseen, all.unseen);
    const luck = (one: ArmResult) => overSeeds(one.seen).value - overSeeds(one.unseen).value;
    return `A λ found on a quarter of the rows scores ${gainWords({ value: difference, stderr: standardError }, measure)} on unseen rows against one found on all of them; the score that the search saw minus the unseen one is ${gainWords({ value: luck(quarter) }, measure)} with a quarter and ${gainWords({ value: luck(all) }, measure)} with all (halves differ in difficulty, too).`;
  },
  not: "that any quarter will do: single searches differ by more than the means, as the boxes tell, and P1's table is one search a column.",
  notes: ["Each seed draws its own share of the items, the same for all λ, and its own search."],
});

/** P1 §5.2. */
export const alpha: PaperStudy = searchStudy({
  description: {
    name: "alpha",
    title: "How wide a search",
    source: "P1 §5.2, Fig. 5",
    claim: "α = 0.5 and 0.7 do well, α = 0.9 loses accuracy: too narrow a range misses the best λ.",
  },
  column: "α",
  arms: (settings) =>
    [0, 0.5, 0.7, 0.9].map((value) => ({
      label: String(value),
      settings: { ...settings, alpha: value },
      share: 1,
    })),
  sentence(results, _tables, measure) {
    const half = results[1]!;
    const against = (one: ArmResult) => {
      const { difference, standardError } = pairedDifference(one.unseen, half.unseen);
      return gainWords({ value: difference, stderr: standardError }, measure);
    };
    return `Against α = 0.5, a search with α = 0.7 ends ${against(results[2]!)} and with α = 0.9 ${against(results[3]!)} on unseen rows; with the whole line, α = 0, ${against(results[0]!)}.`;
  },
  not: "a best α for other pairs: it depends on where the best λ of the pair lies, which nobody knows before the search.",
  notes: ["λ ∈ [α, 1]; the parents' own scores are known to every search, whatever α is."],
});

const ACQUISITIONS = [
  ["hedge", "GP-Hedge of EI and UCB (P1)"],
  ["ei", "EI"],
  ["ucb", "UCB"],
  ["pi", "PI"],
  ["ts", "Thompson sampling"],
  ["random", "random search"],
  ["grid", "even grid"],
] as const;

/** The acquisition functions of P1's pool against each other and against controls. */
export const acquisitions: PaperStudy = searchStudy({
  description: {
    name: "acquisitions",
    title: "Who chooses the next λ",
    source: "P1 §3.2",
    claim: "A pool of acquisition functions chosen by GP-Hedge finds the optimal or near-optimal λ.",
  },
  column: "chosen by",
  arms: (settings) =>
    ACQUISITIONS.map(([acquisition, label]) => ({ label, settings: { ...settings, acquisition }, share: 1 })),
  sentence(results, tables, measure) {
    const best = results.reduce((a, b) => (overSeeds(b.seen).value > overSeeds(a.seen).value ? b : a));
    const [hedge, random] = [results[0]!, results.find(({ arm }) => arm.label === "random search")!];
    const against = pairedDifference(hedge.seen, random.seen);
    const top = Math.max(...tables.search.value);
    return `After ${hedge.arm.settings.trials} trials GP-Hedge is ${gainWords({ value: against.difference, stderr: against.standardError }, measure)} above random search on the rows it searches; the best in the mean is ${best.arm.label} with ${scoreWords(turnSign(measure, overSeeds(best.seen).value), measure)} of a possible ${scoreWords(turnSign(measure, top), measure)}.`;
  },
  not: "that the choice matters on rows that were not searched: the column of unseen scores is what a person gets, and its differences are smaller than its spread over pairs of checkpoints would be.",
  notes: ["The same seeds for all; a fixed budget; everything looked up in one table of 100 merges."],
});

function searchStudy(kind: Kind): PaperStudy {
  return {
    ...kind.description,
    needs: { checkpoints: 2, tasks: 1 },
    run: (bench) => runSearchStudy(bench, kind),
  };
}

async function runSearchStudy(bench: StudyBench, kind: Kind): Promise<Findings> {
  const task = bench.tasks[0]!;
  const { measure } = task;
  const tables = await tablesOf(bench, task);
  const results = await replayArms(bench, tables, kind.arms(defaultSearchSettings(2), task));
  const unit = scoreUnit(measure);
  const pair = shortNames(tables.parents).join("+");
  const shown = (objective: number) => turnSign(measure, objective);
  const cell = ({ value, stderr }: { readonly value: number; readonly stderr: number }) => ({
    value: shown(value),
    stderr,
  });
  return {
    shows: `${kind.sentence(results, tables, measure)} Better parent on unseen rows: ${scoreWords(shown(parentOf(tables)), measure)}.`,
    not: kind.not,
    tables: [
      {
        title: `${SEEDS} searches each on ${task.info.name}, ${pair}`,
        columns: [
          { title: kind.column, unit: "words" },
          { title: "λ returned", unit: "lambda" },
          { title: "score seen", unit },
          { title: "score on unseen rows", unit },
        ],
        rows: results.map(({ arm, lambda, seen, unseen }) => [
          arm.label,
          overSeeds(lambda),
          cell(overSeeds(seen)),
          cell(overSeeds(unseen)),
        ]),
        note: `Mean over ${SEEDS} seeds ± its standard error. A search returns the λ with the highest score it has seen, the parents among them.`,
      },
    ],
    figures: [
      {
        kind: "boxes",
        title: "Scores of the returned λ",
        caption: `${task.info.name}, ${pair}. Each box: ${SEEDS} searches; "seen" on the rows of the search, "unseen" on the test half.`,
        y: { label: measure.label, unit },
        groups: results.flatMap(({ arm, seen, unseen }) => [
          { group: arm.label, name: "seen", values: seen.map(shown) },
          { group: arm.label, name: "unseen", values: unseen.map(shown) },
        ]),
      },
    ],
    notes: [...kind.notes, "The pair is that of neighbours with the most similar scores on the search half."],
  };
}

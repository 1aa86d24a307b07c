/**
 * A task made ready once, run for every merge: rows → token requests → rounds of packed batches → scores → items →
 * metrics. Rows whose scores are known already are not run. Engine thread or Node; knows no merge.
 */
import { AppError } from "../base/errors.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import type { GenerationRule, RowGroup, TaskRow } from "../domain/task.ts";
import type { LanguageModel } from "../runtime/languageModel.ts";
import { checkPatterns } from "./answerMatch.ts";
import { type GenerationPlan, type GenerationRow, generateTexts, planGeneration } from "./generation.ts";
import { groupResults, metricsOfGroups } from "./groups.ts";
import { type ItemScore, itemResult } from "./itemScores.ts";
import { createKeptPasts, type KeptPasts } from "./keptPasts.ts";
import type { PackingSettings } from "./packing.ts";
import { rollingWindows } from "./perplexityWindows.ts";
import {
  aboutItem,
  encodePair,
  encodeText,
  type ScoreRequest,
  type TokenSettings,
  textPairs,
} from "./requests.ts";
import { planRounds } from "./rounds.ts";
import { type ScoringJob, scoreRequests } from "./scoring.ts";
import { createScoringPlanner, type ScoringPlanner, type ScoringStep } from "./scoringRounds.ts";

/** What a task is made ready with. */
export type TaskSettings = {
  readonly tokens: TokenSettings;
  readonly packing: PackingSettings;
  readonly rule: GenerationRule;
  readonly endTokens: readonly number[];
  /** Groups of the rows, which they cover in order. */
  readonly groups: readonly RowGroup[];
  readonly weightBySize: boolean;
  /** Of the order in which items are evaluated. */
  readonly seed: number;
};

/** Everything about a task that does not depend on the weights. */
export type PreparedTask = {
  readonly rows: readonly TaskRow[];
  readonly settings: TaskSettings;
  /** Rows of each round. */
  readonly order: readonly (readonly number[])[];
  readonly work:
    | {
        readonly kind: "scoring";
        readonly planner: ScoringPlanner;
        /** Each round's steps where no score is known. */
        readonly steps: readonly (readonly ScoringStep[])[];
      }
    | { readonly kind: "generation"; readonly plan: GenerationPlan };
  /** How many rounds a whole evaluation has. */
  readonly rounds: number;
  /** What `EvaluationJob.onBatch` counts up to, and its plural noun. */
  readonly total: number;
  readonly unit: "batches" | "items";
};

/** What an evaluation says apart from its names. */
export type TaskOutcome = Pick<
  Evaluation,
  "metrics" | "n" | "items" | "rows" | "total" | "groups" | "tokens"
>;

/** What is known after a round. */
export type EvaluationRound = {
  readonly outcome: TaskOutcome;
  /** Scores that came with this round, by row. */
  readonly fresh: ReadonlyMap<number, ItemScore>;
};

/** How an evaluation is stopped and watched. */
export type EvaluationJob = ScoringJob & {
  /** After each round; `false` ends the evaluation there. */
  onRound?(round: EvaluationRound): boolean;
};

/**
 * Tokenises rows of one kind and plans their rounds.
 * @throws AppError `bad-format` for no rows or a row without tokens, `unsupported` for one that does not fit; both name
 * the item.
 */
export function prepareTask(rows: readonly TaskRow[], settings: TaskSettings): PreparedTask {
  if (rows.length === 0)
    throw new AppError("bad-format", "There are no rows to evaluate.", {
      advice: "Raise the limit above 0.",
    });
  const { tokens, packing, rule, endTokens, seed } = settings;
  const generated = rows.filter((row): row is GenerationRow => row.kind === "generation");
  if (generated.length > 0) {
    checkPatterns(rule);
    const plan = planGeneration(generated, rule, endTokens, tokens);
    const order = planRounds(rows.length, seed, 0);
    const counted = { rounds: order.length, total: rows.length, unit: "items" } as const;
    return { rows, settings, order, work: { kind: "generation", plan }, ...counted };
  }
  const encoding = { ...tokens, codec: remembering(tokens.codec) };
  const bundles = rows.map((row, index) => aboutItem(index, () => requestsOf(row, encoding)));
  const planner = createScoringPlanner(bundles, packing);
  const all = planner.plan(rows.map((_, row) => row)).reduce((sum, { plan }) => sum + plan.tokens, 0);
  // A round that does not fill a batch of the model costs as much as one that does.
  const order = planRounds(
    rows.length,
    seed,
    Math.ceil((rows.length * packing.batchTokens) / Math.max(1, all)),
  );
  const steps = order.map((members) => planner.plan(members));
  return {
    rows,
    settings,
    order,
    work: { kind: "scoring", planner, steps },
    rounds: order.length,
    total: steps.flat().reduce((sum, { plan }) => sum + plan.batches.length, 0),
    unit: "batches",
  };
}

/**
 * Runs a prepared task on whatever weights the model has now.
 * @param known scores by row that are not asked for again.
 * @throws AppError as `scoreRequests` and `generateTexts`.
 */
export async function evaluateTask(
  task: PreparedTask,
  model: LanguageModel,
  job: EvaluationJob,
  known: ReadonlyMap<number, ItemScore> = new Map(),
): Promise<TaskOutcome> {
  const scores = new Map(known);
  const pasts = createKeptPasts(model, task.settings.packing.cacheTokens);
  let tokens = 0;
  let batches = 0;
  let outcome = outcomeOf(task, scores);
  try {
    for (const [round, members] of task.order.entries()) {
      const missing = members.filter((row) => !scores.has(row));
      const before = batches;
      const run = await runRound(task, round, missing, model, pasts, {
        signal: job.signal,
        onBatch: (done) => job.onBatch(before + done),
      });
      batches += run.batches;
      tokens += run.tokens;
      for (const [row, score] of run.fresh) scores.set(row, score);
      outcome = { ...outcomeOf(task, scores), tokens };
      if (run.fresh.size > 0 && job.onRound?.({ outcome, fresh: run.fresh }) === false) break;
    }
  } finally {
    pasts.dispose();
  }
  return outcome;
}

/** What these scores say. @throws AppError `internal` for scores of another kind of rows. */
export function outcomeOf(task: PreparedTask, scores: ReadonlyMap<number, ItemScore>): TaskOutcome {
  const { rule, groups, weightBySize } = task.settings;
  const rows = [...scores.keys()].sort((a, b) => a - b);
  const items = rows.map((row) => itemResult(task.rows[row]!, scores.get(row)!, rule));
  const parts = groupResults(groups, rows, items);
  return {
    metrics: metricsOfGroups(items, parts, weightBySize),
    n: items.length,
    items,
    rows,
    total: task.rows.length,
    groups: groups.length > 1 ? parts : [],
    tokens: 0,
  };
}

type RoundRun = {
  readonly fresh: ReadonlyMap<number, ItemScore>;
  readonly tokens: number;
  readonly batches: number;
};

async function runRound(
  task: PreparedTask,
  round: number,
  missing: readonly number[],
  model: LanguageModel,
  pasts: KeptPasts,
  job: ScoringJob,
): Promise<RoundRun> {
  const { work, settings } = task;
  const fresh = new Map<number, ItemScore>();
  if (work.kind === "generation") {
    const { packing, tokens: encoding } = settings;
    const { texts, tokens } = await generateTexts(work.plan, missing, packing, encoding.codec, model, job);
    for (const [i, row] of missing.entries()) fresh.set(row, { kind: "generated", text: texts[i]! });
    return { fresh, tokens, batches: missing.length };
  }
  const whole = missing.length === task.order[round]!.length;
  const steps = whole ? work.steps[round]! : work.planner.plan(missing);
  let batches = 0;
  let tokens = 0;
  for (const { beginning, rows, plan } of steps) {
    const before = batches;
    const counted = { signal: job.signal, onBatch: (done: number) => job.onBatch(before + done) };
    const start = beginning === null ? null : work.planner.beginnings[beginning]!.tokens;
    const past = start === null ? undefined : await pasts.of(start);
    tokens += plan.tokens + (past?.isFresh === true ? start!.length : 0);
    const scored = await scoreRequests(plan, model, counted, past?.past);
    batches += plan.batches.length;
    let next = 0;
    for (const row of rows) {
      const count = work.planner.requests(row);
      fresh.set(row, { kind: "scores", scores: scored.slice(next, next + count) });
      next += count;
    }
  }
  return { fresh, tokens, batches };
}

/** The requests of one row: one a choice, or the windows of a text. */
function requestsOf(row: TaskRow, settings: TokenSettings): readonly ScoreRequest[] {
  if (row.kind === "text")
    return rollingWindows(encodeText(row.text, settings), settings.prefixToken, settings.maxLength);
  return textPairs(row).map(([context, continuation]) => encodePair(context, continuation, settings));
}

/** Texts that stay encoded: the choices of an item repeat its context. */
const MAX_REMEMBERED = 16;

/** The same codec, which need not encode a text again that it has just encoded. */
function remembering(codec: TokenSettings["codec"]): TokenSettings["codec"] {
  const known = new Map<string, readonly number[]>();
  return {
    ...codec,
    encodeWithSpecials(text) {
      const tokens = known.get(text) ?? codec.encodeWithSpecials(text);
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(text, tokens);
      return tokens;
    },
  };
}

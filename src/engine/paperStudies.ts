/** Studies of the papers on the current session: the bench they measure on. Wiring only. */
import type { Clock } from "../base/job.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import { measureNamed } from "../domain/measure.ts";
import type { Recipe } from "../domain/recipe.ts";
import type { OutcomeRecord, StudySettings } from "../domain/studyResult.ts";
import type { Half } from "../domain/task.ts";
import { encodeOutcomes } from "../evaluate/outcomes.ts";
import type { EngineMethods, Job } from "../rpc/protocol.ts";
import { evaluateRecipe } from "../study/objective.ts";
import type { BenchTask, StudyBench } from "../study/paper/bench.ts";
import { describeStudy, PAPER_STUDIES, runStudy } from "../study/paper/table.ts";
import { type ComposeParts, compose } from "./compose.ts";
import type { MethodTable } from "./methodTable.ts";
import { measurePerplexities } from "./perplexities.ts";
import { type CallJob, callJob, type Session } from "./session.ts";

/** The methods of this file. */
export type PaperStudyMethod = "paperStudies" | "paperStudy";

/** What studies need. */
export type PaperStudyParts = ComposeParts & { readonly clock: Clock };

/** @param parts as composing needs them. */
export function createPaperStudies(parts: PaperStudyParts): MethodTable<PaperStudyMethod> {
  return {
    paperStudies: async () => PAPER_STUDIES.map(describeStudy),
    paperStudy: ({ name, settings }, job) =>
      parts.holding([...settings.checkpoints, settings.base], job, () => run(parts, name, settings, job)),
  };
}

async function run(
  parts: PaperStudyParts,
  name: EngineMethods["paperStudy"]["request"]["name"],
  settings: StudySettings,
  job: Job,
): Promise<EngineMethods["paperStudy"]["result"]> {
  const session = await parts.openSession(job.signal);
  const watched = callJob(job);
  const outcomes = new Map<string, OutcomeRecord>();
  const result = await runStudy(name, createBench(parts, session, settings, watched, outcomes));
  return { result, outcomes: [...outcomes.values()] };
}

function createBench(
  parts: PaperStudyParts,
  session: Session,
  settings: StudySettings,
  job: CallJob,
  outcomes: Map<string, OutcomeRecord>,
): StudyBench {
  const { catalogue, clock } = parts;
  const { limit } = settings;
  const taskOf = (name: string): BenchTask => {
    const { info } = catalogue.find(name);
    return { info, measure: measureNamed(info, null) };
  };
  const tasks = settings.tasks.map(taskOf);
  // A study tells how far it is itself; what its parts are doing would flicker by.
  const quiet: CallJob = { signal: job.signal, onProgress() {} };
  const known = new Map<string, Evaluation>();
  const rowsOf = ({ info }: BenchTask, half: Half) => {
    const all = info.rows[half];
    return limit === null ? all : Math.min(all, limit * Math.max(1, info.groups.length));
  };
  return {
    settings,
    tasks,
    text: settings.text === null ? null : taskOf(settings.text),
    clock,
    job,
    rows: rowsOf,
    async evaluate(recipe, task, half) {
      const key = JSON.stringify([recipe, task.info.name, half]);
      const measured = known.get(key);
      if (measured !== undefined) return measured;
      const rows = { task: task.info.name, split: half, limit };
      const evaluationParts = await session.evaluation({ parents: recipe.parents, ...rows }, quiet);
      const evaluation = await evaluateRecipe(evaluationParts, recipe, job.signal);
      remember(known, key, evaluation);
      outcomes.set(key, {
        recipe: recipeWords(recipe),
        task: task.info.name,
        split: half,
        n: evaluation.n,
        outcomes: encodeOutcomes(evaluation.items, task.measure.metric),
      });
      return evaluation;
    },
    objective: (parents, task, half) =>
      session.objective(
        { parents, task: task.info.name, split: half, limit, metric: task.measure.metric },
        quiet,
      ),
    async perplexity(checkpoint, task, half, inputs, share = 1) {
      const part = share === 1 ? limit : Math.max(1, Math.round(share * rowsOf(task, half)));
      const rows = { task: task.info.name, split: half, limit: part, inputs };
      const [measured] = await measurePerplexities(session, [checkpoint], rows, quiet);
      return measured!;
    },
    compose: (request) => compose(parts, request, { signal: job.signal, emit() {} }),
  };
}

/** Evaluations that stay in memory; others are looked up again. */
const MOST_KNOWN = 600;

function remember(known: Map<string, Evaluation>, key: string, evaluation: Evaluation): void {
  const [oldest] = known.keys();
  if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  known.set(key, evaluation);
}

function recipeWords({ parents, coefficients }: Recipe): string {
  if (parents.length === 1) return parents[0]!;
  return parents.map((name, i) => `${coefficients[i]} × ${name}`).join(" + ");
}

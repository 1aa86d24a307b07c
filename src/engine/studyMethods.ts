/** The methods that measure: each opens its subject on the current session and hands it to a study. Wiring only. */
import { AppError } from "../base/errors.ts";
import { type Clock, createProgress } from "../base/job.ts";
import { measureNamed } from "../domain/measure.ts";
import type { PerplexityInputs } from "../domain/perplexity.ts";
import type { MatrixRecord } from "../domain/study.ts";
import type { Split } from "../domain/task.ts";
import { sampleLines } from "../evaluate/samples.ts";
import type { Job, SubjectRequest } from "../rpc/protocol.ts";
import { compareHeldout, compareMerge, listChanges } from "../study/heldout.ts";
import { type MatrixParts, type MatrixPlan, runMatrix } from "../study/matrix.ts";
import { evaluateRecipe, scoreOf } from "../study/objective.ts";
import { runOptimize } from "../study/optimize.ts";
import { runSweep } from "../study/sweep.ts";
import type { Holding, MethodTable } from "./methodTable.ts";
import { measurePerplexities } from "./perplexities.ts";
import { callJob, type Session } from "./session.ts";
import type { StudyJournals } from "./studyJournals.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";

/** What the heat map's rule `perplexity` is computed of: no label, no prompt (P2 eq. 3). */
const MATRIX_INPUTS: PerplexityInputs = "raw";

/** The methods of this file. */
export type StudyMethod =
  | "evaluate"
  | "sweep"
  | "optimize"
  | "compare"
  | "compareMerge"
  | "changes"
  | "matrix"
  | "perplexity"
  | "samples";

/**
 * @param openSession the current session, once the shipped tasks are known.
 * @param holding keeps a study's checkpoints on this machine until it is over.
 */
export function createStudyMethods(
  openSession: (signal: AbortSignal) => Promise<Session>,
  catalogue: TaskCatalogue,
  clock: Clock,
  holding: Holding,
  journals: Pick<StudyJournals, "keeping">,
): MethodTable<StudyMethod> {
  const methods = createMethods(openSession, catalogue, clock);
  return {
    evaluate: (request, job) => holding(request.recipe.parents, job, () => methods.evaluate(request, job)),
    sweep: (request, job) => holding(request.subject.parents, job, () => methods.sweep(request, job)),
    optimize: (request, job) =>
      holding(request.subject.parents, job, () => journals.keeping(request, job, methods.optimize)),
    compare: (request, job) => holding(request.subject.parents, job, () => methods.compare(request, job)),
    compareMerge: (request, job) =>
      holding(request.subject.parents, job, () => methods.compareMerge(request, job)),
    changes: (request, job) => holding(request.subject.parents, job, () => methods.changes(request, job)),
    matrix: (request, job) => holding(request.subject.parents, job, () => methods.matrix(request, job)),
    perplexity: (request, job) => holding(request.checkpoints, job, () => methods.perplexity(request, job)),
    samples: (request, job) => holding(request.recipe.parents, job, () => methods.samples(request, job)),
  };
}

function createMethods(
  openSession: (signal: AbortSignal) => Promise<Session>,
  catalogue: TaskCatalogue,
  clock: Clock,
): MethodTable<StudyMethod> {
  const begin = async (job: Job) => ({ session: await openSession(job.signal), job: callJob(job) });
  const evaluate: MethodTable<StudyMethod>["evaluate"] = async ({ recipe, task, split, limit }, job) => {
    const { session, job: watched } = await begin(job);
    const parts = await session.evaluation({ parents: recipe.parents, task, split, limit }, watched);
    const { total, unit } = parts.prepared;
    const progress = createProgress(clock, `evaluating ${task}`, total, unit);
    const measure = measureNamed(catalogue.find(task).info, null);
    return evaluateRecipe(parts, recipe, job.signal, {
      onBatch: (done) => watched.onProgress(progress(done)),
      onRound(partial) {
        const round = {
          weights: recipe.coefficients,
          score: scoreOf(partial, measure),
          total: partial.total,
        };
        job.emit({ kind: "round", round: { ...round, changes: [] } });
        return true;
      },
    });
  };
  return {
    evaluate,
    async sweep({ subject, lambdas, race }, job) {
      const { session, job: watched } = await begin(job);
      return runSweep(await session.objective(subject, watched), lambdas, race, {
        ...watched,
        onParent: (index, score) => job.emit({ kind: "parent", index, score }),
        onPoint: (point) => job.emit({ kind: "point", point }),
        onRound: (round) => job.emit({ kind: "round", round }),
      });
    },
    async optimize({ subject, settings, history, trials, picked, race }, job) {
      const { session, job: watched } = await begin(job);
      return runOptimize(
        await session.objective(subject, watched),
        { settings, history, trials, picked, race },
        {
          ...watched,
          onParent: (index, score) => job.emit({ kind: "parent", index, score }),
          onAsk: (number, ask) => job.emit({ kind: "ask", number, ask }),
          onTrial: (trial) => job.emit({ kind: "trial", trial }),
          onRound: (round) => job.emit({ kind: "round", round }),
        },
      );
    },
    async compare({ subject, weights }, job) {
      const { session, job: watched } = await begin(job);
      const unseen = { ...subject, split: otherSplit(subject.split) };
      return compareHeldout(await session.objective(unseen, watched), weights, watched);
    },
    async compareMerge({ subject, recipe }, job) {
      const { session, job: watched } = await begin(job);
      const { task, limit } = subject;
      const on = async (split: Split) => {
        const objective = await session.objective({ ...subject, split }, watched);
        const parts = await session.evaluation({ parents: recipe.parents, task, split, limit }, watched);
        return compareMerge(objective, () => evaluateRecipe(parts, recipe, job.signal), watched);
      };
      return { seen: await on(subject.split), unseen: await on(otherSplit(subject.split)) };
    },
    async changes({ subject, weights }, job) {
      const { session, job: watched } = await begin(job);
      const { rows } = await catalogue.rows(subject.task, subject.split, subject.limit, job.signal);
      return listChanges(await session.objective(subject, watched), weights, rows, {
        ...watched,
        onRound: (round) => job.emit({ kind: "round", round }),
      });
    },
    async matrix({ subject, rule, settings, known }, job) {
      const { session } = await begin(job);
      return matrixOf(session, subject, { rule, settings, known }, job);
    },
    async perplexity({ checkpoints, ...rows }, job) {
      const { session, job: watched } = await begin(job);
      return measurePerplexities(session, checkpoints, rows, watched);
    },
    async samples(request, job) {
      const { task, split, limit } = request;
      const evaluation = await evaluate(request, job);
      const { rows, places, groups } = await catalogue.rows(task, split, limit, job.signal);
      const { documentOf, info, rule } = catalogue.find(task);
      const documents = documentOf === null ? rows : places.map(documentOf);
      const source = { info, rule, rows, documents, groups };
      return { blob: new Blob([...(await sampleLines(source, evaluation))]) };
    },
  };
}

async function matrixOf(
  session: Session,
  subject: SubjectRequest,
  plan: MatrixPlan,
  job: Job,
): Promise<MatrixRecord> {
  const watched = callJob(job);
  const parts: MatrixParts = {
    objective: await session.objective(subject, watched),
    pairObjective: (i, j) =>
      session.objective({ ...subject, parents: [subject.parents[i]!, subject.parents[j]!] }, watched),
    perplexity: async (index) => {
      const { task, split, limit } = subject;
      const rows = { task, split, limit, inputs: MATRIX_INPUTS };
      const [phi] = await measurePerplexities(session, [subject.parents[index]!], rows, watched);
      return phi!.pooled.value;
    },
  };
  return runMatrix(parts, plan, {
    ...watched,
    onParent: (index, score) => job.emit({ kind: "parent", index, score }),
    onCell: (cell) => job.emit({ kind: "cell", cell }),
  });
}

/** @throws AppError `usage` for all rows: nothing of them is unseen. */
function otherSplit(split: Split): Split {
  if (split === "all")
    throw new AppError("usage", "A search over all rows leaves none unseen to compare on.", {
      advice: "Search on one half of the rows.",
    });
  return split === "search" ? "test" : "search";
}

/** The methods that measure: each opens its subject on the current session and hands it to a study. Wiring only. */
import { type Clock, createProgress } from "../base/job.ts";
import type { MatrixRecord } from "../domain/study.ts";
import type { Split } from "../domain/task.ts";
import type { Job, SubjectRequest } from "../rpc/protocol.ts";
import { compareHeldout, listChanges } from "../study/heldout.ts";
import { type MatrixParts, type MatrixPlan, runMatrix } from "../study/matrix.ts";
import { evaluateRecipe } from "../study/objective.ts";
import { runOptimize } from "../study/optimize.ts";
import { runSweep } from "../study/sweep.ts";
import type { Holding, MethodTable } from "./methodTable.ts";
import type { CallJob, Session } from "./session.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";

/** The methods of this file. */
export type StudyMethod = "evaluate" | "sweep" | "optimize" | "compare" | "changes" | "matrix";

/**
 * @param openSession the current session, once the shipped tasks are known.
 * @param holding keeps a study's checkpoints on this machine until it is over.
 */
export function createStudyMethods(
  openSession: (signal: AbortSignal) => Promise<Session>,
  catalogue: TaskCatalogue,
  clock: Clock,
  holding: Holding,
): MethodTable<StudyMethod> {
  const methods = createMethods(openSession, catalogue, clock);
  return {
    evaluate: (request, job) => holding(request.recipe.parents, job, () => methods.evaluate(request, job)),
    sweep: (request, job) => holding(request.subject.parents, job, () => methods.sweep(request, job)),
    optimize: (request, job) => holding(request.subject.parents, job, () => methods.optimize(request, job)),
    compare: (request, job) => holding(request.subject.parents, job, () => methods.compare(request, job)),
    changes: (request, job) => holding(request.subject.parents, job, () => methods.changes(request, job)),
    matrix: (request, job) => holding(request.subject.parents, job, () => methods.matrix(request, job)),
  };
}

function createMethods(
  openSession: (signal: AbortSignal) => Promise<Session>,
  catalogue: TaskCatalogue,
  clock: Clock,
): MethodTable<StudyMethod> {
  const begin = async (job: Job) => ({ session: await openSession(job.signal), job: callJob(job) });
  return {
    async evaluate({ recipe, task, split, limit }, job) {
      const { session, job: watched } = await begin(job);
      const parts = await session.evaluation({ parents: recipe.parents, task, split, limit }, watched);
      const { total, unit } = parts.prepared;
      const progress = createProgress(clock, `evaluating ${task}`, total, unit);
      return evaluateRecipe(parts, recipe, job.signal, (done) => watched.onProgress(progress(done)));
    },
    async sweep({ subject, lambdas }, job) {
      const { session, job: watched } = await begin(job);
      return runSweep(await session.objective(subject, watched), lambdas, {
        ...watched,
        onParent: (index, score) => job.emit({ kind: "parent", index, score }),
        onPoint: (point) => job.emit({ kind: "point", point }),
      });
    },
    async optimize({ subject, settings, history, trials }, job) {
      const { session, job: watched } = await begin(job);
      return runOptimize(
        await session.objective(subject, watched),
        { settings, history, trials },
        {
          ...watched,
          onParent: (index, score) => job.emit({ kind: "parent", index, score }),
          onAsk: (number, ask) => job.emit({ kind: "ask", number, ask }),
          onTrial: (trial) => job.emit({ kind: "trial", trial }),
        },
      );
    },
    async compare({ subject, weights }, job) {
      const { session, job: watched } = await begin(job);
      const unseen = { ...subject, split: otherSplit(subject.split) };
      return compareHeldout(await session.objective(unseen, watched), weights, watched);
    },
    async changes({ subject, weights }, job) {
      const { session, job: watched } = await begin(job);
      const rows = await catalogue.rows(subject.task, subject.split, subject.limit, job.signal);
      return listChanges(await session.objective(subject, watched), weights, rows, watched);
    },
    async matrix({ subject, rule, settings, known }, job) {
      const { session } = await begin(job);
      return matrixOf(session, subject, { rule, settings, known }, job);
    },
  };
}

function callJob(job: Job): CallJob {
  return { signal: job.signal, onProgress: (progress) => job.emit({ kind: "progress", progress }) };
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
    perplexity: (index) => session.perplexity(subject, index, watched),
  };
  return runMatrix(parts, plan, {
    ...watched,
    onParent: (index, score) => job.emit({ kind: "parent", index, score }),
    onCell: (cell) => job.emit({ kind: "cell", cell }),
  });
}

function otherSplit(split: Split): Split {
  return split === "search" ? "test" : "search";
}

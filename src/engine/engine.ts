/**
 * Implements every method of the protocol by wiring the rooms together. Runs in a worker and in Node alike; what
 * differs between the two is in the platform it is handed.
 */
import { AppError } from "../base/errors.ts";
import { createProgress, throwIfCancelled } from "../base/job.ts";
import { findIdentical, hashFiles, inspectCheckpoint } from "../checkpoint/inspect.ts";
import type { MatrixRecord } from "../domain/study.ts";
import type { Split } from "../domain/task.ts";
import { createRoleOf, parameterTable } from "../model/parameterTable.ts";
import type { Engine, EngineMethod, EngineMethods, Job, SubjectRequest } from "../rpc/protocol.ts";
import { compareHeldout, listChanges } from "../study/heldout.ts";
import { type MatrixParts, type MatrixPlan, runMatrix } from "../study/matrix.ts";
import { evaluateRecipe } from "../study/objective.ts";
import { runOptimize } from "../study/optimize.ts";
import { runSweep } from "../study/sweep.ts";
import { createCheckpointShelf } from "./checkpoints.ts";
import { createDemo } from "./demo.ts";
import { exportMerge } from "./exportMerge.ts";
import type { Platform } from "./platform.ts";
import { type CallJob, createSession, type Session } from "./session.ts";
import { createSessions } from "./sessions.ts";
import { suggestNext } from "./suggest.ts";
import { createTaskCatalogue } from "./taskCatalogue.ts";

type Methods = {
  readonly [M in EngineMethod]: (
    request: EngineMethods[M]["request"],
    job: Job,
  ) => Promise<EngineMethods[M]["result"]>;
};

/** An engine on this platform. The device starts with the first call that needs it, or with `start`. */
export function createEngine(platform: Platform): Engine {
  const methods = createMethods(platform);
  return {
    async call(method, request, job) {
      throwIfCancelled(job.signal);
      return methods[method](request, job);
    },
  };
}

function createMethods(platform: Platform): Methods {
  const catalogue = createTaskCatalogue();
  const demo = createDemo(platform, catalogue);
  const shelf = createCheckpointShelf(async (name, signal) => {
    if (name.startsWith("demo:")) return demo.files(name, signal);
    const files = await platform.openCheckpoint(name, signal);
    if (files !== null) return files;
    throw new AppError("not-found", `There is no checkpoint ${name}.`, {
      advice: "Give demo:STEP, a folder in Hugging Face layout, or a .safetensors file.",
      fields: { checkpoint: name },
    });
  });
  const sessions = createSessions(platform, (backend) =>
    createSession(backend, { platform, shelf, catalogue }),
  );

  /** What a subject's method needs: the session, the shipped tasks, a job that speaks in progress. */
  const begin = async (job: Job) => {
    await demo.knowTasks(job.signal);
    return { session: await sessions.current(), job: callJob(job) };
  };

  return {
    start: async ({ backend, threads }) => (await sessions.start(backend, threads)).info,
    openDemo: async (_request, job) => (await demo.open(job.signal)).info,
    async inspect({ checkpoints }, job) {
      const opened = [];
      for (const name of checkpoints) opened.push(await shelf.open(name, job.signal));
      const reports = [];
      for (const { name, checkpoint, config, files } of opened) {
        const expected = {
          architecture: "GPT-NeoX",
          parameters: parameterTable(config),
          roleOf: createRoleOf(config),
        };
        const hashes = await hashFiles(checkpoint, files, job.signal);
        reports.push({ ...inspectCheckpoint(checkpoint, expected, hashes), name });
      }
      const identical = await findIdentical(
        opened.map(({ checkpoint }) => checkpoint),
        job.signal,
      );
      return { checkpoints: reports, identical };
    },
    addTask: async ({ name, jsonl }) => catalogue.add(name, jsonl),
    async taskRows({ task, split, first, count }, job) {
      await demo.knowTasks(job.signal);
      return (await catalogue.rows(task, split, null, job.signal)).slice(first, first + count);
    },
    async evaluate({ recipe, task, split, limit }, job) {
      const { session, job: watched } = await begin(job);
      const parts = await session.evaluation({ parents: recipe.parents, task, split, limit }, watched);
      const { total, unit } = parts.prepared;
      const progress = createProgress(platform.clock, `evaluating ${task}`, total, unit);
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
    suggest: async (request) => suggestNext(request),
    exportMerge: ({ recipe, dtype }, job) => exportMerge(shelf, platform.clock, recipe, dtype, job),
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

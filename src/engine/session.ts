/**
 * A started backend and everything that depends on it: resident weights, prepared tasks. Starting again makes a new
 * session, so nothing of another backend can leak into its numbers.
 */

import type { Progress } from "../base/job.ts";
import type { BackendInfo } from "../domain/backend.ts";
import { measureNamed } from "../domain/measure.ts";
import { type Recipe, soleRecipe } from "../domain/recipe.ts";
import type { ItemScore } from "../evaluate/itemScores.ts";
import type { Job, SubjectRequest } from "../rpc/protocol.ts";
import type { Backend } from "../runtime/backend.ts";
import type { PackedBatch } from "../runtime/languageModel.ts";
import type { StatisticsJob } from "../runtime/statistics.ts";
import {
  createObjective,
  type EvaluationParts,
  type ItemMemory,
  type Merger,
  type Objective,
} from "../study/objective.ts";
import type { CheckpointShelf } from "./checkpoints.ts";
import type { ContentKeys } from "./contentKeys.ts";
import type { DerivedMerges } from "./derivedMerges.ts";
import { type ItemTables, tableKey } from "./itemTables.ts";
import type { Platform } from "./platform.ts";
import { createPreparedRows, type PreparedRows, type RowsRequest } from "./preparedRows.ts";
import { createResidency } from "./residency.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";

/** What methods need of a running call. */
export type CallJob = { readonly signal: AbortSignal; onProgress(progress: Progress): void };

/** A call's job as the session's methods take it. */
export function callJob({ signal, emit }: Job): CallJob {
  return { signal, onProgress: (progress) => emit({ kind: "progress", progress }) };
}

/** One started backend. */
export interface Session {
  readonly info: BackendInfo;
  /** What it takes to evaluate these rows; they are tokenised once for each tokenizer. @throws AppError of opening, reading, tokenising. */
  evaluation(request: RowsRequest, job: CallJob): Promise<EvaluationParts>;
  /** An objective for a subject. @throws AppError as `evaluation`; `usage` for a metric the task does not offer. */
  objective(request: SubjectRequest, job: CallJob): Promise<Objective>;
  /** What a method measures of a checkpoint, by tensor name. @throws AppError as `ModelStatistics`. */
  statistics(
    request: StatisticsRequest,
    watch: StatisticsJob,
    job: CallJob,
  ): Promise<ReadonlyMap<string, Float32Array>>;
  close(): Promise<void>;
}

/** What is measured, of which checkpoint, on which batches. */
export type StatisticsRequest = {
  readonly checkpoint: string;
  readonly statistic: "squared-gradients" | "grams";
  readonly batches: readonly PackedBatch[];
};

/** What all sessions share. */
export type SessionParts = {
  readonly platform: Platform;
  readonly shelf: CheckpointShelf;
  readonly catalogue: TaskCatalogue;
  readonly contents: ContentKeys;
  readonly tables: () => Promise<ItemTables>;
  readonly derived: Pick<DerivedMerges, "prepare">;
};

/** A session on a started backend. */
export function createSession(backend: Backend, parts: SessionParts): Session {
  const { platform, shelf, catalogue, derived } = parts;
  const { kind } = backend.info;
  const residency = createResidency(backend, platform.residentBytes(kind), shelf, platform.clock);
  const prepareRows = createPreparedRows(kind, shelf, catalogue);

  const evaluation: Session["evaluation"] = async (request, job) => {
    const rows = await prepareRows(request, job.signal);
    return {
      subject: { task: request.task, split: request.split },
      prepared: rows.prepared,
      merger: preparing(residency.mergerFor(job.onProgress), derived, job),
      memory: memoryOf(rows, `${kind} float32`, parts, job),
      clock: platform.clock,
    };
  };
  return {
    info: backend.info,
    evaluation,
    async objective(request, job) {
      const { parents, task, split, metric } = request;
      const subject = { parents, task, split, measure: measureNamed(catalogue.find(task).info, metric) };
      return createObjective({ ...(await evaluation(request, job)), subject });
    },
    statistics: ({ checkpoint, statistic, batches }, watch, job) =>
      residency.withStatistics(soleRecipe(checkpoint), job, async (statistics) =>
        statistic === "grams"
          ? (await statistics.grams(batches, watch)).grams
          : statistics.squaredGradients(batches, watch),
      ),
    close: () => residency.close(),
  };
}

/** A merger that measures first what computed tensors need: the device has one user at a time. */
function preparing(merger: Merger, derived: SessionParts["derived"], job: CallJob): Merger {
  return {
    async withMerge(recipe, signal, use) {
      await derived.prepare(recipe.parents, { ...job, signal });
      return merger.withMerge(recipe, signal, use);
    },
  };
}

/** Item tables as one prepared task sees them. */
function memoryOf(
  { rowsKey, places, tokensKey }: PreparedRows,
  arithmetic: string,
  { contents, tables }: SessionParts,
  job: CallJob,
): ItemMemory {
  const keyOf = async ({ parents, coefficients }: Recipe, signal: AbortSignal): Promise<string> => {
    const terms = [];
    for (const [i, name] of parents.entries())
      terms.push({
        content: await contents.of(name, { ...job, signal }),
        coefficient: coefficients[i]!,
      });
    return tableKey({ parents: terms, arithmetic, rows: rowsKey, tokens: tokensKey });
  };
  return {
    async known(recipe, signal) {
      const table = await (await tables()).read(await keyOf(recipe, signal));
      const known = new Map<number, ItemScore>();
      if (table.size > 0)
        for (const [row, place] of places.entries()) {
          const score = table.get(place);
          if (score !== undefined) known.set(row, score);
        }
      return known;
    },
    async keep(recipe, fresh) {
      if (fresh.size === 0) return;
      const key = await keyOf(recipe, NEVER);
      const byPlace = new Map([...fresh].map(([row, score]) => [places[row]!, score] as const));
      await (await tables()).add(key, byPlace);
    },
  };
}

/** What was measured is kept, also when the work is stopped. */
const { signal: NEVER } = new AbortController();

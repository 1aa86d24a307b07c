/**
 * A started backend and everything that depends on it: resident weights, prepared tasks, remembered parents. Starting
 * again makes a new session, so nothing of another backend can leak into its numbers.
 */

import { AppError } from "../base/errors.ts";
import type { Progress } from "../base/job.ts";
import type { BackendInfo } from "../domain/backend.ts";
import type { MetricName } from "../domain/measure.ts";
import { type Measure, measuresOf } from "../domain/measure.ts";
import type { Split, TaskRow } from "../domain/task.ts";
import { type PreparedTask, prepareTask } from "../evaluate/evaluateTask.ts";
import { goldText } from "../evaluate/requests.ts";
import type { SubjectRequest } from "../rpc/protocol.ts";
import type { Backend } from "../runtime/backend.ts";
import {
  createObjective,
  evaluateRecipe,
  type Merger,
  type Objective,
  type ObjectiveParts,
  type ParentMemory,
} from "../study/objective.ts";
import { packingFor } from "./batchBudget.ts";
import type { CheckpointShelf } from "./checkpoints.ts";
import type { Platform } from "./platform.ts";
import { createResidency } from "./residency.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";

/** What is to be evaluated: rows of a task, tokenised for these checkpoints. */
export type RowsRequest = {
  readonly parents: readonly string[];
  readonly task: string;
  readonly split: Split;
  readonly limit: number | null;
};

/** What methods need of a running call. */
export type CallJob = { readonly signal: AbortSignal; onProgress(progress: Progress): void };

/** One started backend. */
export interface Session {
  readonly info: BackendInfo;
  mergerFor(job: CallJob): Merger;
  /** Made once for each task, rows and tokenizer. @throws AppError of opening, reading, tokenising. */
  prepare(request: RowsRequest, signal: AbortSignal): Promise<PreparedTask>;
  /** An objective for a subject. @throws AppError as `prepare`; `usage` for a metric the task does not offer. */
  objective(request: SubjectRequest, job: CallJob): Promise<Objective>;
  /** Perplexity of each row's text with its right answer, pooled over tokens, under one checkpoint. */
  perplexity(request: SubjectRequest, index: number, job: CallJob): Promise<number>;
  close(): Promise<void>;
}

/** What all sessions share. */
export type SessionParts = {
  readonly platform: Platform;
  readonly shelf: CheckpointShelf;
  readonly catalogue: TaskCatalogue;
};

/** The measure of this name, or the task's default. @throws AppError `usage`. */
export function measureNamed(catalogue: TaskCatalogue, task: string, metric: MetricName | null): Measure {
  const measures = measuresOf(catalogue.find(task).info.kind);
  const measure = metric === null ? measures[0] : measures.find((known) => known.metric === metric);
  if (measure !== undefined) return measure;
  throw new AppError("usage", `The task ${task} is not measured by ${metric}.`, {
    advice: `Choose among ${measures.map((known) => known.metric).join(", ")}.`,
  });
}

/** A session on a started backend. */
export function createSession(backend: Backend, { platform, shelf, catalogue }: SessionParts): Session {
  const residency = createResidency(backend, platform.residentBytes, shelf, platform.clock);
  const prepared = new Map<string, PreparedTask>();
  const memory: ParentMemory = new Map();

  async function prepareRows(
    request: RowsRequest,
    variant: "rows" | "gold text",
    signal: AbortSignal,
  ): Promise<PreparedTask> {
    const { parents, task, split, limit } = request;
    const [first] = await shelf.openParents(parents, signal);
    const kit = shelf.tokenKit(first!);
    const { version, until } = catalogue.find(task);
    const key = JSON.stringify([version, split, limit, kit.key, variant]);
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const rows = await catalogue.rows(task, split, limit, signal);
    const scored = variant === "rows" ? rows : rows.map(asText);
    const packing = packingFor(backend.info.kind, first!.config);
    const fresh = prepareTask(scored, kit, packing, { until, endTokens: kit.endTokens });
    prepared.set(key, fresh);
    return fresh;
  }

  async function partsOf(request: SubjectRequest, job: CallJob): Promise<ObjectiveParts> {
    const { parents, task, split, limit, metric } = request;
    const measure = measureNamed(catalogue, task, metric);
    return {
      subject: { parents, task, split, measure },
      limit,
      prepared: await prepareRows(request, "rows", job.signal),
      merger: residency.mergerFor(job.onProgress),
      memory,
      clock: platform.clock,
    };
  }

  return {
    info: backend.info,
    mergerFor: (job) => residency.mergerFor(job.onProgress),
    prepare: (request, signal) => prepareRows(request, "rows", signal),
    objective: async (request, job) => createObjective(await partsOf(request, job)),
    async perplexity(request, index, job) {
      const name = request.parents[index]!;
      const key = JSON.stringify([name, request.task, request.split, request.limit, "gold text"]);
      const goldTexts = await prepareRows({ ...request, parents: [name] }, "gold text", job.signal);
      const parts = {
        subject: request,
        prepared: goldTexts,
        merger: residency.mergerFor(job.onProgress),
        clock: platform.clock,
      };
      const evaluation =
        memory.get(key) ?? (await evaluateRecipe(parts, { parents: [name], coefficients: [1] }, job.signal));
      memory.set(key, evaluation);
      return evaluation.metrics.perplexity!.value;
    },
    close: () => residency.close(),
  };
}

function asText(row: TaskRow): TaskRow {
  return { kind: "text", text: goldText(row) };
}

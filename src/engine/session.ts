/**
 * A started backend and everything that depends on it: resident weights, prepared tasks, remembered parents. Starting
 * again makes a new session, so nothing of another backend can leak into its numbers.
 */

import type { Progress } from "../base/job.ts";
import type { BackendInfo } from "../domain/backend.ts";
import { measureNamed } from "../domain/measure.ts";
import type { PreparedTask } from "../evaluate/evaluateTask.ts";
import type { SubjectRequest } from "../rpc/protocol.ts";
import type { Backend } from "../runtime/backend.ts";
import {
  createObjective,
  type EvaluationParts,
  evaluateParent,
  type Objective,
  type ParentMemory,
} from "../study/objective.ts";
import type { CheckpointShelf } from "./checkpoints.ts";
import type { Platform } from "./platform.ts";
import { createPreparedRows, type RowsRequest } from "./preparedRows.ts";
import { createResidency } from "./residency.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";

/** What methods need of a running call. */
export type CallJob = { readonly signal: AbortSignal; onProgress(progress: Progress): void };

/** One started backend. */
export interface Session {
  readonly info: BackendInfo;
  /** What it takes to evaluate these rows; they are tokenised once for each tokenizer. @throws AppError of opening, reading, tokenising. */
  evaluation(request: RowsRequest, job: CallJob): Promise<EvaluationParts>;
  /** An objective for a subject. @throws AppError as `evaluation`; `usage` for a metric the task does not offer. */
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

/** A session on a started backend. */
export function createSession(backend: Backend, { platform, shelf, catalogue }: SessionParts): Session {
  const residency = createResidency(
    backend,
    platform.residentBytes(backend.info.kind),
    shelf,
    platform.clock,
  );
  const prepareRows = createPreparedRows(backend.info.kind, shelf, catalogue);
  const memory: ParentMemory = new WeakMap();

  const partsOf = (
    request: RowsRequest,
    prepared: PreparedTask,
    { onProgress }: CallJob,
  ): EvaluationParts => ({
    subject: { task: request.task, split: request.split },
    prepared,
    merger: residency.mergerFor(onProgress),
    memory,
    clock: platform.clock,
  });

  return {
    info: backend.info,
    async evaluation(request, job) {
      return partsOf(request, await prepareRows(request, "rows", job.signal), job);
    },
    async objective(request, job) {
      const { parents, task, split, metric } = request;
      const subject = { parents, task, split, measure: measureNamed(catalogue.find(task).info, metric) };
      return createObjective({
        ...partsOf(request, await prepareRows(request, "rows", job.signal), job),
        subject,
      });
    },
    async perplexity(request, index, job) {
      const prepared = await prepareRows(request, "gold text", job.signal);
      const evaluation = await evaluateParent(
        partsOf(request, prepared, job),
        request.parents[index]!,
        job.signal,
      );
      return evaluation.metrics.perplexity!.value;
    },
    close: () => residency.close(),
  };
}

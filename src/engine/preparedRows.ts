/**
 * Rows of tasks, tokenised and planned into batches once for each tokenizer and kind of backend. Runs everywhere; reads
 * no weights.
 */
import type { BackendInfo } from "../domain/backend.ts";
import type { PerplexityInputs } from "../domain/perplexity.ts";
import type { Split } from "../domain/task.ts";
import { type PreparedTask, prepareTask } from "../evaluate/evaluateTask.ts";
import { packingFor } from "./batchBudget.ts";
import type { CheckpointShelf } from "./checkpoints.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";

/** What is to be evaluated: rows of a task, tokenised for these checkpoints. */
export type RowsRequest = {
  readonly parents: readonly string[];
  readonly task: string;
  readonly split: Split;
  readonly limit: number | null;
  /** Absent for the rows as the task scores them; else their inputs as running text. */
  readonly inputs?: PerplexityInputs;
};

/** Rows made ready, and what names them among item tables. */
export type PreparedRows = {
  readonly prepared: PreparedTask;
  /** Names the table of all rows that these are of. */
  readonly rowsKey: string;
  /** Place of each prepared row in that table. */
  readonly places: readonly number[];
  /** Everything of tokenizer, configuration and generation that scores depend on. */
  readonly tokensKey: string;
};

/** @throws AppError of opening checkpoints, reading rows and tokenising. */
export type PrepareRows = (request: RowsRequest, signal: AbortSignal) => Promise<PreparedRows>;

/** Sets of rows that stay tokenised; the one made first makes way. */
const MAX_PREPARED = 32;

/** Seed of the order in which items are evaluated. */
const ORDER_SEED = 1;

/** Nothing prepared yet. */
export function createPreparedRows(
  kind: BackendInfo["kind"],
  shelf: CheckpointShelf,
  catalogue: TaskCatalogue,
): PrepareRows {
  const known = new Map<string, PreparedRows>();
  return async ({ parents, task, split, limit, inputs }, signal) => {
    const [first] = await shelf.openParents(parents, signal);
    const kit = shelf.tokenKit(first!);
    const { version, rule, info } = catalogue.find(task);
    const key = JSON.stringify([version, split, limit, kit.key, inputs ?? null]);
    const ready = known.get(key);
    if (ready !== undefined) return ready;
    const {
      rows,
      places,
      groups,
      key: rowsKey,
    } = await (inputs === undefined
      ? catalogue.rows(task, split, limit, signal)
      : catalogue.inputs(task, split, limit, inputs, signal));
    const prepared = prepareTask(rows, {
      tokens: kit,
      packing: packingFor(kind, first!.config),
      rule,
      endTokens: kit.endTokens,
      groups,
      weightBySize: info.weightBySize,
      seed: ORDER_SEED,
    });
    const fresh = { prepared, rowsKey, places, tokensKey: JSON.stringify([kit.key, rule]) };
    const [oldest] = known.keys();
    if (known.size >= MAX_PREPARED && oldest !== undefined) known.delete(oldest);
    known.set(key, fresh);
    return fresh;
  };
}

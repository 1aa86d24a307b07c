/**
 * Rows of tasks, tokenised and planned into batches once for each tokenizer and kind of backend. Runs everywhere; reads
 * no weights.
 */
import type { BackendInfo } from "../domain/backend.ts";
import type { Split, TaskRow } from "../domain/task.ts";
import { type PreparedTask, prepareTask } from "../evaluate/evaluateTask.ts";
import { goldText } from "../evaluate/requests.ts";
import { packingFor } from "./batchBudget.ts";
import type { CheckpointShelf } from "./checkpoints.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";

/** What is to be evaluated: rows of a task, tokenised for these checkpoints. */
export type RowsRequest = {
  readonly parents: readonly string[];
  readonly task: string;
  readonly split: Split;
  readonly limit: number | null;
};

/**
 * The rows as the task scores them, or each row's text with its right answer as running text.
 * @throws AppError of opening checkpoints, reading rows and tokenising.
 */
export type PrepareRows = (
  request: RowsRequest,
  variant: "rows" | "gold text",
  signal: AbortSignal,
) => Promise<PreparedTask>;

/** Sets of rows that stay tokenised; the one made first makes way. */
const MAX_PREPARED = 32;

/** Nothing prepared yet. */
export function createPreparedRows(
  kind: BackendInfo["kind"],
  shelf: CheckpointShelf,
  catalogue: TaskCatalogue,
): PrepareRows {
  const prepared = new Map<string, PreparedTask>();
  return async ({ parents, task, split, limit }, variant, signal) => {
    const [first] = await shelf.openParents(parents, signal);
    const kit = shelf.tokenKit(first!);
    const { version, until } = catalogue.find(task);
    const key = JSON.stringify([version, split, limit, kit.key, variant]);
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const rows = await catalogue.rows(task, split, limit, signal);
    const scored = variant === "rows" ? rows : rows.map(asText);
    const packing = packingFor(kind, first!.config);
    const fresh = prepareTask(scored, kit, packing, { until, endTokens: kit.endTokens });
    const [oldest] = prepared.keys();
    if (prepared.size >= MAX_PREPARED && oldest !== undefined) prepared.delete(oldest);
    prepared.set(key, fresh);
    return fresh;
  };
}

function asText(row: TaskRow): TaskRow {
  return { kind: "text", text: goldText(row) };
}

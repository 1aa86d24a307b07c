/** Rows of a task as running text for a model's statistics: each row one sequence, as it stands. Runs everywhere. */
import { AppError } from "../base/errors.ts";
import type { RowsOf } from "../domain/mergeMethod.ts";
import { goldText } from "../evaluate/requests.ts";
import { runningTextBatches } from "../evaluate/runningText.ts";
import type { PackedBatch } from "../runtime/languageModel.ts";
import type { TokenKit } from "./checkpoints.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";

/** Rows ready to be measured on. */
export type Calibration = {
  readonly batches: readonly PackedBatch[];
  readonly count: number;
  readonly tokens: number;
  /** Equal for equal rows and tokens. */
  readonly key: string;
};

/**
 * Text with its right answer where there is one, cut to the context window, no special token added; rows of less than two
 * tokens say nothing and are left out.
 * @throws AppError `usage` for rows that are all too short; of reading and tokenising.
 */
export async function calibrationBatches(
  { catalogue, kit }: { readonly catalogue: TaskCatalogue; readonly kit: TokenKit },
  { task, split, limit }: RowsOf,
  { rowsAtOnce, everyPlace }: { readonly rowsAtOnce: number; readonly everyPlace: boolean },
  signal: AbortSignal,
): Promise<Calibration> {
  const { rows, places, key } = await catalogue.rows(task, split, limit, signal);
  const sequences = rows
    .map((row) => kit.codec.encode(goldText(row)).slice(0, kit.maxLength))
    .filter(({ length }) => length >= 2);
  if (sequences.length === 0)
    throw new AppError("usage", `The rows of ${task} are too short to measure a model on.`, {
      advice: "Give rows of two tokens or more.",
    });
  return {
    batches: runningTextBatches(sequences, rowsAtOnce, everyPlace),
    count: sequences.length,
    tokens: sequences.reduce((sum, { length }) => sum + length, 0),
    key: JSON.stringify([key, kit.key, places.length, places.at(-1), rowsAtOnce]),
  };
}

/** What the mixers share: reading a parent's parameters, checked, and finding the parents of a mixture. */
import { AppError } from "../base/errors.ts";
import { throwIfCancelled } from "../base/job.ts";
import { readAhead } from "../base/readAhead.ts";
import { elementCount, type Parameter } from "../model/parameterTable.ts";
import type { WeightDtype, WeightReader } from "./weights.ts";

/** Bytes of one number. */
export const DTYPE_BYTES: Readonly<Record<WeightDtype, number>> = { float32: 4, float16: 2, bfloat16: 2 };

/** One parameter as its file stores it. */
export type ReadParameter = {
  readonly parameter: Parameter;
  readonly dtype: WeightDtype;
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** Parameters being read while one is taken in: reading then hides behind checking and copying, or they behind it. */
const READ_AHEAD = 3;

/**
 * Every parameter of the table, in its order.
 * @throws AppError `mismatch` for a tensor of another size, `cancelled`, and whatever the reader throws.
 */
export async function* readParameters(
  table: readonly Parameter[],
  reader: WeightReader,
  signal: AbortSignal,
): AsyncGenerator<ReadParameter, void, undefined> {
  const read = (parameter: Parameter) => readParameter(parameter, reader, signal);
  for await (const [, weight] of readAhead(table, READ_AHEAD, read)) yield weight;
}

/** One parameter. @throws AppError as `readParameters`. */
export async function readParameter(
  parameter: Parameter,
  reader: WeightReader,
  signal: AbortSignal,
): Promise<ReadParameter> {
  throwIfCancelled(signal);
  const { dtype, bytes } = await reader.readWeight(parameter.name, signal);
  const expected = elementCount(parameter) * DTYPE_BYTES[dtype];
  if (bytes.byteLength === expected) return { parameter, dtype, bytes };
  throw new AppError(
    "mismatch",
    `${parameter.name} has ${bytes.byteLength} bytes; a ${dtype} tensor of shape [${parameter.shape.join(", ")}] has ${expected}.`,
    {
      advice: "Use checkpoints of one run; their config.json must fit their weights.",
      fields: { tensor: parameter.name, bytes: bytes.byteLength, expected },
    },
  );
}

/**
 * The named parents, in order.
 * @throws AppError `not-found` for one that is not resident, `usage` when coefficients are missing or not finite.
 */
export function findParents<P>(
  parents: ReadonlyMap<string, P>,
  names: readonly string[],
  coefficients: readonly number[],
): readonly P[] {
  checkCoefficients(names.length, coefficients);
  return names.map((name) => {
    const parent = parents.get(name);
    if (parent === undefined)
      throw new AppError("not-found", `The weights of ${name} are not loaded.`, { fields: { name } });
    return parent;
  });
}

/** @throws AppError `usage` unless there is one finite coefficient for each parent, and a parent. */
export function checkCoefficients(parents: number, coefficients: readonly number[]): void {
  if (parents > 0 && parents === coefficients.length && coefficients.every(Number.isFinite)) return;
  throw new AppError("usage", "A mixture needs one finite coefficient for each of its parents.", {
    fields: { parents, coefficients: coefficients.length },
  });
}

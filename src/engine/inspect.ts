/** `inspect`: what checkpoints hold, and which of them are the same, without loading weights to a device. */
import { findIdentical, hashFiles, inspectCheckpoint } from "../checkpoint/inspect.ts";
import type { CheckpointReport } from "../domain/checkpoint.ts";
import { createRoleOf, parameterTable } from "../model/parameterTable.ts";
import type { EngineMethods } from "../rpc/protocol.ts";
import type { CheckpointShelf } from "./checkpoints.ts";

/** A report for each name, in order. @throws AppError of opening and reading. */
export async function inspectNamed(
  shelf: CheckpointShelf,
  names: readonly string[],
  signal: AbortSignal,
): Promise<EngineMethods["inspect"]["result"]> {
  const opened = [];
  for (const name of names) opened.push(await shelf.open(name, signal));
  const checkpoints: CheckpointReport[] = [];
  for (const { name, checkpoint, config, files } of opened) {
    const expected = {
      architecture: "GPT-NeoX",
      parameters: parameterTable(config),
      roleOf: createRoleOf(config),
    };
    const hashes = await hashFiles(checkpoint, files, signal);
    checkpoints.push({ ...inspectCheckpoint(checkpoint, expected, hashes), name });
  }
  const identical = await findIdentical(
    opened.map(({ checkpoint }) => checkpoint),
    signal,
  );
  return { checkpoints, identical };
}

/** CKPT arguments: `demo` becomes every checkpoint of the shipped run, other names are handed to the engine. */
import { AppError } from "../base/errors.ts";
import type { CommandContext } from "./command.ts";

/** Names the engine knows, in the order given. */
export async function resolveCheckpoints(
  names: readonly string[],
  context: CommandContext,
): Promise<readonly string[]> {
  const resolved: string[] = [];
  for (const name of names) {
    if (name === "demo") {
      const run = await context.engine.call("openDemo", {}, context.job());
      resolved.push(...run.checkpoints.map((checkpoint) => checkpoint.name));
    } else resolved.push(name);
  }
  return resolved;
}

/** As `resolveCheckpoints`, for commands that need at least two different checkpoints, oldest first. */
export async function resolveParents(
  names: readonly string[],
  context: CommandContext,
): Promise<readonly string[]> {
  const parents = await resolveCheckpoints(names, context);
  if (parents.length < 2) {
    throw new AppError("usage", `A merge needs at least two checkpoints, and ${parents.length} is given.`, {
      advice: "Name them oldest first; λ is the weight of the last one.",
    });
  }
  const twice = parents.find((name, index) => parents.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new AppError("usage", `The checkpoint ${twice} is named twice.`, {
      advice: "Name every checkpoint once, oldest first.",
    });
  }
  return parents;
}

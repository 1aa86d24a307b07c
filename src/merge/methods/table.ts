/** The table of merge methods; menus, help and documents list what stands here. */
import { AppError } from "../../base/errors.ts";
import type { MergeMethod } from "../method.ts";
import { linear } from "./linear.ts";
import { uniform } from "./uniform.ts";

/** Every method, the default first. */
export const MERGE_METHODS: readonly [MergeMethod, ...MergeMethod[]] = [linear, uniform];

/** @throws AppError `usage` for an unknown name. */
export function findMergeMethod(name: string): MergeMethod {
  const method = MERGE_METHODS.find((candidate) => candidate.name === name);
  if (method !== undefined) return method;
  throw new AppError("usage", `There is no merge method "${name}".`, {
    advice: `Known are ${MERGE_METHODS.map((known) => known.name).join(", ")}.`,
    fields: { method: name },
  });
}

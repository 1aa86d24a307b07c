/** The table of merge methods; menus, help and documents list what stands here. */
import { AppError } from "../../base/errors.ts";
import type { MergeMethod } from "../method.ts";
import { fisher } from "./fisher.ts";
import { lawa } from "./lawa.ts";
import { linear } from "./linear.ts";
import { regmean } from "./regmean.ts";
import { bayes, greedy, perplexity } from "./scored.ts";
import { slerp } from "./slerp.ts";
import { dareLinear, taskArithmetic, ties } from "./taskVectors.ts";
import { uniform } from "./uniform.ts";

/** Every method, the default first. */
export const MERGE_METHODS: readonly [MergeMethod, ...MergeMethod[]] = [
  linear,
  uniform,
  lawa,
  greedy,
  perplexity,
  bayes,
  fisher,
  regmean,
  slerp,
  taskArithmetic,
  ties,
  dareLinear,
];

/** @throws AppError `usage` for an unknown name. */
export function findMergeMethod(name: string): MergeMethod {
  const method = MERGE_METHODS.find((candidate) => candidate.name === name);
  if (method !== undefined) return method;
  throw new AppError("usage", `There is no merge method "${name}".`, {
    advice: `Known are ${MERGE_METHODS.map((known) => known.name).join(", ")}.`,
    fields: { method: name },
  });
}

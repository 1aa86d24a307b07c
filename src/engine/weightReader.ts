/** A checkpoint's weights as the device takes them: read one by one, and refused when a number is not one. */
import { AppError } from "../base/errors.ts";
import { countNonFinite } from "../checkpoint/finite.ts";
import type { WeightReader } from "../runtime/weights.ts";
import type { OpenedCheckpoint } from "./checkpoints.ts";

/** @throws (from `readWeight`) AppError `numerics` naming the weight and how many NaN and infinities it holds. */
export function createWeightReader({ name: checkpoint, checkpoint: files }: OpenedCheckpoint): WeightReader {
  return {
    async readWeight(name, signal) {
      const weight = await files.readWeight(name, signal);
      const found = countNonFinite(weight.dtype, weight.bytes);
      if (found.nan + found.infinite === 0) return weight;
      throw new AppError(
        "numerics",
        `Weight "${name}" of ${checkpoint} holds ${found.nan} NaN and ${found.infinite} infinite values, the first at element ${found.first}.`,
        {
          advice:
            "Its training diverged, or the file is damaged: choose another checkpoint, or get it again.",
          fields: { checkpoint, tensor: name, nan: found.nan, infinite: found.infinite },
        },
      );
    },
  };
}

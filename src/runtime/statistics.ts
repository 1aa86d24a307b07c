/**
 * The contract of what is measured of a model's current weights besides its scores: for merge methods that weigh every
 * parameter by itself. Knows no implementation.
 */
import type { PackedBatch } from "./languageModel.ts";

/** How a measurement is watched; `onBatch` counts batches. */
export type StatisticsJob = { readonly signal: AbortSignal; onBatch(done: number): void };

/** Measures of the weights that were mixed last. */
export interface ModelStatistics {
  /**
   * Σ over batches of (∂ Σ log p / ∂θ)², by parameter name, row-major: with one row a batch the diagonal of the empirical
   * Fisher information, times the number of rows.
   * @throws AppError `device`, `out-of-memory`, `unsupported` for an operator without a gradient, `cancelled`.
   */
  squaredGradients(
    batches: readonly PackedBatch[],
    job: StatisticsJob,
  ): Promise<ReadonlyMap<string, Float32Array>>;
  /**
   * Σ x xᵀ / tokens of the inputs x of every linear layer over all places of all rows, by the layer's weight name, each
   * [inputs, inputs] row-major; layers that share their inputs share the array.
   * @throws AppError as `squaredGradients`.
   */
  grams(
    batches: readonly PackedBatch[],
    job: StatisticsJob,
  ): Promise<{ readonly grams: ReadonlyMap<string, Float32Array>; readonly tokens: number }>;
}

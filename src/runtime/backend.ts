/**
 * The contract of a compute device: it makes a described model into one that can be filled with weights and scored.
 * Knows no implementation.
 */
import type { BackendInfo } from "../domain/backend.ts";
import type { ModelConfig } from "../model/config.ts";
import type { LanguageModel } from "./languageModel.ts";
import type { ModelStatistics } from "./statistics.ts";
import type { WeightMixer } from "./weights.ts";

/** A model on the device, its weights zero until something is mixed into them. */
export interface ResidentModel {
  readonly model: LanguageModel;
  readonly mixer: WeightMixer;
  readonly statistics: ModelStatistics;
  /**
   * Scores an empty batch a few times, so that compilation is over before anything is timed: the first runs of a
   * session are about five times slower in the browser. @throws AppError `device`.
   */
  warmUp(): Promise<void>;
  /** Frees the model and everything its mixer holds; neither may be used after. */
  dispose(): Promise<void>;
}

/** A compute device. One run at a time: calls of all its models are queued. */
export interface Backend {
  readonly info: BackendInfo;
  /** @throws AppError `out-of-memory`, `device`. */
  createModel(config: ModelConfig): Promise<ResidentModel>;
  /** Lets the device go. */
  dispose(): Promise<void>;
}

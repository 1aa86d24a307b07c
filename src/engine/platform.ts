/**
 * What the roofs hand the engine: files, a device, a clock. The engine touches nothing else of the machine it runs on.
 * Contract only.
 */
import type { Clock } from "../base/job.ts";
import type { BackendChoice, BackendInfo } from "../domain/backend.ts";
import type { ModelConfig } from "../model/config.ts";
import type { LanguageModel } from "../runtime/languageModel.ts";
import type { WeightMixer } from "../runtime/weights.ts";
import type { FileSet } from "../storage/byteSource.ts";

/** One roof's platform parts. */
export interface Platform {
  readonly clock: Clock;
  /** The folder of the shipped run: `run.json`, its checkpoints and tasks. */
  readonly demo: FileSet;
  /** The checkpoint a person calls by this name, other than `demo:…`; `null` where there is none of it. */
  openCheckpoint(name: string, signal: AbortSignal): Promise<FileSet | null>;
  /** @throws AppError `device` when the choice cannot be had. */
  startDevice(choice: BackendChoice, threads: number | null): Promise<Device>;
}

/** A started device and what suits it. */
export interface Device {
  readonly info: BackendInfo;
  /** Most bytes of weights that stay resident, merged ones included. */
  readonly residentBytes: number;
  /** Batch sizes measured to be good here. */
  readonly batch: BatchBudget;
  /** A model of this configuration with no parents loaded. @throws AppError `device`, `unsupported`, `out-of-memory`. */
  openModel(config: ModelConfig): Promise<OpenModel>;
  /** Frees everything, open models included. */
  close(): Promise<void>;
}

/** Limits of one run of the model; see PackingSettings. */
export type BatchBudget = {
  readonly batchTokens: number;
  readonly batchLogits: number;
  readonly rowTokens: number;
};

/** A model, and the place where its weights are merged. */
export interface OpenModel {
  readonly model: LanguageModel;
  readonly mixer: WeightMixer;
  close(): Promise<void>;
}

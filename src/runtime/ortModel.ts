/**
 * A language model in an onnxruntime session whose weights are inputs. Runs wherever onnxruntime does; is handed the
 * library that fits the place and the tensors that the mixer writes into.
 */
import type * as Ort from "onnxruntime-common";
import { AppError } from "../base/errors.ts";
import type { ModelConfig } from "../model/config.ts";
import { encodeDecoder } from "../model/decoderGraph.ts";
import { type BatchArray, createBatchArrays } from "./batchArrays.ts";
import type { JobQueue } from "./jobQueue.ts";
import type { LanguageModel, PackedBatch, ScoredBatch } from "./languageModel.ts";

/** The parts of onnxruntime's API used here; its Node and web packages both are one. */
export type OrtLibrary = Pick<typeof Ort, "InferenceSession" | "Tensor">;

/** A model and its session's end. */
export type SessionModel = LanguageModel & { release(): Promise<void> };

/** Rows and columns of the warm-up batch: every kernel is run, and little else. */
const WARM_UP = { rows: 4, columns: 32 } as const;

/**
 * Opens a session on the model's graph. `weights` are its inputs by parameter name, read afresh at every run.
 * A run allocates on the device the activations, [R, heads, C, C] attention scores and [P, V] logits; in JavaScript
 * only arrays of R·C, P and N numbers.
 * @throws AppError `device`, `out-of-memory`.
 */
export async function createSessionModel(
  ort: OrtLibrary,
  config: ModelConfig,
  weights: Readonly<Record<string, Ort.Tensor>>,
  options: Ort.InferenceSession.SessionOptions,
  queue: JobQueue,
): Promise<SessionModel> {
  const bytes = encodeDecoder(config);
  const toArrays = createBatchArrays(config);
  const session = await queue(() =>
    ort.InferenceSession.create(bytes, { logSeverityLevel: 3, ...options }),
  ).catch((thrown: unknown) => {
    throw toDeviceError("start the model", thrown);
  });
  return {
    config,
    score: (batch) =>
      batch.scoredPlaces.length === 0
        ? Promise.resolve({ logprobs: new Float32Array(0), greedy: new Int32Array(0) })
        : queue(() => runBatch(ort, session, weights, batch, toArrays(batch))),
    release: () => queue(() => session.release()),
  };
}

/** Runs a small batch of zeros so many times; see `ResidentModel.warmUp`. */
export async function warmUp(model: LanguageModel, runs: number): Promise<void> {
  const { rows } = WARM_UP;
  const columns = Math.min(WARM_UP.columns, model.config.maxPositions);
  const zeros = () => new Int32Array(rows * columns);
  const batch: PackedBatch = {
    rows,
    columns,
    tokens: zeros(),
    positions: zeros(),
    segments: zeros(),
    parentSegments: zeros(),
    scoredPlaces: zeros(),
    targetPlaces: zeros(),
    targetTokens: zeros(),
  };
  for (let run = 0; run < runs; run++) await model.score(batch);
}

async function runBatch(
  ort: OrtLibrary,
  session: Ort.InferenceSession,
  weights: Readonly<Record<string, Ort.Tensor>>,
  batch: PackedBatch,
  arrays: readonly BatchArray[],
): Promise<ScoredBatch> {
  const feeds: Record<string, Ort.Tensor> = { ...weights };
  for (const { name, type, data, shape } of arrays) feeds[name] = new ort.Tensor(type, data, shape);
  const outputs = await session.run(feeds).catch((thrown: unknown) => {
    throw toDeviceError("score a batch", thrown);
  });
  const logprobs = outputs.logprobs?.data;
  const greedy = outputs.greedy?.data;
  if (!(logprobs instanceof Float32Array) || !(greedy instanceof Int32Array))
    throw new AppError("internal", "The model's session gave no scores.");
  if (!logprobs.every(Number.isFinite))
    throw new AppError("numerics", "A log-probability is not a finite number.", {
      advice:
        "These weights overflow; check the checkpoints for infinities or NaN, or use smaller coefficients.",
    });
  return { logprobs: logprobs.subarray(0, batch.targetTokens.length), greedy };
}

/** What onnxruntime threw, as an error that says whether memory was short. */
export function toDeviceError(attempt: string, thrown: unknown): AppError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const short =
    thrown instanceof RangeError ||
    /out of memory|\bOOM\b|bad_alloc|failed to allocate|allocation failed/i.test(text);
  return short
    ? new AppError("out-of-memory", `There is not enough memory to ${attempt}.`, {
        advice: "Use smaller batches, a smaller model or fewer checkpoints at once.",
        cause: thrown,
      })
    : new AppError("device", `The compute device could not ${attempt}.`, {
        advice: "Start again; if it happens again, choose another backend.",
        cause: thrown,
      });
}

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
import type { OrtLibrary } from "./ortLibrary.ts";
import { createPastMethods } from "./ortPast.ts";

/** A model and its session's end. */
export type SessionModel = LanguageModel & { release(): Promise<void> };

/** What every graph gives. */
const SCORES = ["logprobs", "greedy"];

/** Rows and columns of the warm-up batch: every kernel is run, and little else. */
const WARM_UP = { rows: 4, columns: 32 } as const;

/** What a session model is made of besides the library. */
export type SessionParts = {
  readonly config: ModelConfig;
  /** The graph's inputs by parameter name, read afresh at every run. */
  readonly weights: Readonly<Record<string, Ort.Tensor>>;
  readonly options: Ort.InferenceSession.SessionOptions;
  /** Where keys and values that are kept stay; absent for ordinary memory. */
  readonly keptLocation?: "gpu-buffer";
  readonly queue: JobQueue;
  /** See `WeightMixer.version`. */
  readonly version: () => number;
};

/**
 * Opens a session on the model's graph. A second one, which goes on from kept keys and values, is
 * opened when it is first wanted. A run allocates on the device the activations, [R, heads, C, C] attention scores and [P, V] logits; in JavaScript
 * only arrays of R·C, P and N numbers.
 * @throws AppError `device`, `out-of-memory`.
 */
export async function createSessionModel(ort: OrtLibrary, parts: SessionParts): Promise<SessionModel> {
  const { config, weights, queue, version } = parts;
  const toArrays = createBatchArrays(config);
  const session = await openSession(ort, parts, false);
  let withPast: Promise<Ort.InferenceSession> | null = null;
  const openWithPast = (): Promise<Ort.InferenceSession> => {
    withPast ??= openSession(ort, parts, true);
    // What failed for want of memory may be tried again.
    withPast.catch(() => {
      withPast = null;
    });
    return withPast;
  };
  const { scoreWithPast, remember, decode } = createPastMethods({
    ort,
    config,
    version,
    async run(batch, past, wanted) {
      const goingOn = await openWithPast();
      const arrays = toArrays(batch);
      const feeds = { ...weights, ...past };
      const names = wanted === "scores" ? SCORES : goingOn.outputNames;
      return queue(() => runBatch(ort, goingOn, feeds, names, batch, arrays));
    },
  });
  return {
    config,
    remember,
    decode,
    async score(batch, past) {
      if (batch.scoredPlaces.length === 0)
        return { logprobs: new Float32Array(0), greedy: new Int32Array(0) };
      if (past !== undefined) return scoreWithPast(batch, past);
      const arrays = toArrays(batch);
      return queue(async () => (await runBatch(ort, session, weights, SCORES, batch, arrays)).scored);
    },
    async release() {
      const opened = await withPast?.catch(() => null);
      await queue(() => session.release());
      if (opened != null) await queue(() => opened.release());
    },
  };
}

function openSession(
  ort: OrtLibrary,
  { config, options, keptLocation, queue }: SessionParts,
  withPast: boolean,
): Promise<Ort.InferenceSession> {
  const bytes = encodeDecoder(config, withPast);
  const kept = Array.from({ length: config.layers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();
  const locations =
    withPast && keptLocation !== undefined
      ? { preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, keptLocation])) }
      : {};
  return queue(() =>
    ort.InferenceSession.create(bytes, { logSeverityLevel: 3, ...options, ...locations }),
  ).catch((thrown: unknown) => {
    throw toDeviceError("start the model", thrown);
  });
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

/** `outputs` are those besides the scores. */
async function runBatch(
  ort: OrtLibrary,
  session: Ort.InferenceSession,
  inputs: Readonly<Record<string, Ort.Tensor>>,
  wanted: readonly string[],
  batch: PackedBatch,
  arrays: readonly BatchArray[],
): Promise<{ readonly scored: ScoredBatch; readonly outputs: Readonly<Record<string, Ort.Tensor>> }> {
  const feeds: Record<string, Ort.Tensor> = { ...inputs };
  for (const { name, type, data, shape } of arrays) feeds[name] = new ort.Tensor(type, data, shape);
  const { logprobs, greedy, ...outputs } = await session.run(feeds, [...wanted]).catch((thrown: unknown) => {
    throw toDeviceError("score a batch", thrown);
  });
  const [values, best] = [logprobs?.data, greedy?.data];
  if (!(values instanceof Float32Array) || !(best instanceof Int32Array))
    throw new AppError("internal", "The model's session gave no scores.");
  if (!values.every(Number.isFinite))
    throw new AppError("numerics", "A log-probability is not a finite number.", {
      advice:
        "These weights overflow; check the checkpoints for infinities or NaN, or use smaller coefficients.",
    });
  return { scored: { logprobs: values.subarray(0, batch.targetTokens.length), greedy: best }, outputs };
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

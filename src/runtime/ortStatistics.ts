/**
 * Statistics of a model's weights by onnxruntime: graphs whose sums are inputs and outputs, fed back from run to run, so that
 * nothing but the last sum leaves the device. Runs wherever onnxruntime does.
 */
import type * as Ort from "onnxruntime-common";
import { AppError } from "../base/errors.ts";
import { throwIfCancelled } from "../base/job.ts";
import { encodeFisherGraph, SQUARES } from "../model/fisherGraph.ts";
import { encodeGramGraph } from "../model/gramGraph.ts";
import { parameterTable } from "../model/parameterTable.ts";
import { createBatchArrays } from "./batchArrays.ts";
import type { PackedBatch } from "./languageModel.ts";
import type { OrtLibrary } from "./ortLibrary.ts";
import { type SessionParts, toDeviceError } from "./ortModel.ts";
import type { ModelStatistics, StatisticsJob } from "./statistics.ts";

/** A sum that a graph adds to: names of its input and output, its shape. */
type Sum = { readonly before: string; readonly after: string; readonly shape: readonly number[] };

/** A session is opened for each measurement and closed after it: its graph is large, and seldom wanted. */
export function createStatistics(ort: OrtLibrary, parts: SessionParts): ModelStatistics {
  const { config } = parts;
  return {
    async squaredGradients(batches, job) {
      const parameters = parameterTable(config);
      const sums = parameters.map(({ name, shape }) => ({
        before: SQUARES.before + name,
        after: SQUARES.after + name,
        shape,
      }));
      const totals = await accumulate(ort, parts, encodeFisherGraph(config), sums, batches, job);
      return new Map(parameters.map(({ name }, i) => [name, totals[i]!]));
    },
    async grams(batches, job) {
      const { bytes, grams } = encodeGramGraph(config);
      const sums = grams.map(({ before, after, size }) => ({ before, after, shape: [size, size] }));
      const totals = await accumulate(ort, parts, bytes, sums, batches, job);
      const tokens = batches.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
      for (const total of totals) for (let i = 0; i < total.length; i++) total[i] = total[i]! / tokens;
      return {
        grams: new Map(grams.flatMap(({ weights }, i) => weights.map((name) => [name, totals[i]!] as const))),
        tokens,
      };
    },
  };
}

/** Runs the graph on every batch, each output the next run's input; the sums in order. */
async function accumulate(
  ort: OrtLibrary,
  { config, weights, options, queue, keptLocation }: SessionParts,
  bytes: Uint8Array,
  sums: readonly Sum[],
  batches: readonly PackedBatch[],
  { signal, onBatch }: StatisticsJob,
): Promise<readonly Float32Array[]> {
  const toArrays = createBatchArrays(config);
  const locations =
    keptLocation === undefined
      ? {}
      : { preferredOutputLocation: Object.fromEntries(sums.map(({ after }) => [after, keptLocation])) };
  const session = await queue(() =>
    ort.InferenceSession.create(bytes, { logSeverityLevel: 3, ...options, ...locations }),
  ).catch((thrown: unknown) => {
    throw toDeviceError("start the measuring of weights", thrown);
  });
  let current: Record<string, Ort.Tensor> = Object.fromEntries(
    sums.map(({ before, shape }) => [
      before,
      new ort.Tensor("float32", new Float32Array(shape.reduce((a, b) => a * b, 1)), shape),
    ]),
  );
  try {
    for (const [i, batch] of batches.entries()) {
      throwIfCancelled(signal);
      const feeds: Record<string, Ort.Tensor> = { ...weights, ...current };
      for (const { name, type, data, shape } of toArrays(batch))
        feeds[name] = new ort.Tensor(type, data, shape);
      const wanted = sums.map(({ after }) => after);
      const results = await queue(() => session.run(feeds, wanted)).catch((thrown: unknown) => {
        throw toDeviceError("measure the weights", thrown);
      });
      const spent = current;
      current = Object.fromEntries(sums.map(({ before, after }) => [before, results[after]!]));
      for (const tensor of Object.values(spent)) tensor.dispose();
      onBatch(i + 1);
    }
    const totals: Float32Array[] = [];
    for (const { before } of sums) totals.push(await readFloats(current[before]!));
    return totals;
  } finally {
    for (const tensor of Object.values(current)) tensor.dispose();
    await queue(() => session.release());
  }
}

/** Its own copy, from wherever it lies. @throws AppError `numerics` for what is not finite. */
async function readFloats(tensor: Ort.Tensor): Promise<Float32Array> {
  const data = await tensor.getData();
  if (!(data instanceof Float32Array)) throw new AppError("internal", "A sum is not of floats.");
  if (data.every(Number.isFinite)) return data.slice();
  throw new AppError("numerics", "What was measured of the weights is not finite.", {
    advice: "Check the checkpoints for infinities or NaN, or take other rows.",
  });
}

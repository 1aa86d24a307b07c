/**
 * What every backend must answer alike: parents of each number format with odd sizes and subnormals, mixtures of one to
 * five of them, packed trees and padding. Runs in a worker of the page and in Node.
 */
import { type ErrorRecord, toErrorRecord } from "../../src/base/errors.ts";
import type { BackendInfo } from "../../src/domain/backend.ts";
import type { ModelConfig } from "../../src/model/config.ts";
import { layerPrefix, namesOf } from "../../src/model/parameterTable.ts";
import { plainRotary } from "../../src/model/rotary.ts";
import type { Backend } from "../../src/runtime/backend.ts";
import { randomWeights, readerOf, TINY, TINY_LLAMA, TREE } from "../../src/runtime/fixtures/tiny.ts";
import type { LanguageModel } from "../../src/runtime/languageModel.ts";
import type { ModelStatistics } from "../../src/runtime/statistics.ts";
import type { WeightReader } from "../../src/runtime/weights.ts";

/** Everything that was answered, as a record that crosses threads. */
export type Outcome = {
  readonly info: BackendInfo;
  /** One entry a mixture. */
  readonly mixtures: readonly {
    readonly label: string;
    readonly logprobs: readonly number[];
    readonly greedy: readonly number[];
    readonly merged: readonly number[];
  }[];
  /** Going on from kept keys and values: a row after a beginning, and tokens decoded side by side. */
  readonly kept: { readonly logprobs: readonly number[]; readonly decoded: readonly (readonly number[])[] };
  /**
   * Of every parameter the sum of squared gradients over two runs, and of every distinct layer input the Gram matrix's sum and
   * trace; `null` where they are not measured.
   */
  readonly statistics: {
    readonly squares: readonly number[];
    readonly grams: readonly (readonly [sum: number, trace: number])[];
  } | null;
  /** Bytes held: empty, with parents, after twenty mixes and a load that failed, after dropping. */
  readonly liveBytes: readonly number[];
  /** Tags of what a torn checkpoint and overflowing weights were answered with. */
  readonly errorTags: { readonly failedLoad: string; readonly overflow: string };
};

const CONFIGS: Readonly<Record<string, ModelConfig>> = {
  pythia: { ...TINY, intermediateSize: 41 },
  sequential: {
    ...TINY,
    intermediateSize: 41,
    residual: "pre-norm",
    rotary: plainRotary(8, 10_000),
    tiedHead: true,
    activation: "gelu-tanh",
  },
  llama: {
    ...TINY_LLAMA,
    architecture: "mistral",
    intermediateSize: 41,
    slidingWindow: { size: 3, layers: [1] },
  },
  baichuan2: {
    ...TINY_LLAMA,
    architecture: "baichuan2",
    intermediateSize: 41,
    keyValueHeads: 6,
    projections: "stacked",
    normalisedHead: true,
    clip: 0.7,
  },
  olmo2: {
    ...TINY_LLAMA,
    architecture: "olmo2",
    intermediateSize: 41,
    residual: "post-norm",
    queryKeyNorm: true,
    queryKeyValueBias: true,
  },
  olmo: { ...TINY_LLAMA, architecture: "olmo", intermediateSize: 41, norm: "bare-layer-norm", clip: 0.7 },
};

const MIXTURES = [
  { names: ["single"], coefficients: [1] },
  { names: ["half", "brain"], coefficients: [0.87, 0.13] },
  { names: ["brain", "single", "half"], coefficients: [0.5, 0.8, -0.3] },
  { names: ["half", "single", "brain", "half", "single"], coefficients: [0.1, 0.2, 0.3, 0.25, 0.15] },
] as const;

/** Odd in length, and the fp16 parent's are subnormal in part: the values that decoding gets wrong first. */
function watchedName(config: ModelConfig): string {
  return `${layerPrefix(config, 1)}.${namesOf(config).up}.${config.mlpBias ? "bias" : "weight"}`;
}

/** Runs everything on one of the models. */
export async function runScenario(backend: Backend, model: string): Promise<Outcome> {
  const config = CONFIGS[model]!;
  const watched = watchedName(config);
  const never = new AbortController().signal;
  const { model: language, mixer, statistics, warmUp, dispose } = await backend.createModel(config);
  await warmUp();
  const liveBytes = [mixer.liveBytes];
  const parents = { single: "float32", half: "float16", brain: "bfloat16" } as const;
  const readers = new Map<string, WeightReader>();
  for (const [seed, [name, dtype]] of Object.entries(parents).entries()) {
    const weights = randomWeights(config, seed);
    weights.set(
      watched,
      weights.get(watched)!.map((value, i) => (i % 2 === 0 ? value : value * 2 ** -16)),
    );
    readers.set(name, readerOf(weights, dtype));
    await mixer.load(name, readers.get(name)!, never, () => undefined);
  }
  liveBytes.push(mixer.liveBytes);
  const mixtures: Outcome["mixtures"][number][] = [];
  const scoreMixture = async (label: string) => {
    const { logprobs, greedy } = await language.score(TREE);
    mixtures.push({
      label,
      logprobs: Array.from(logprobs),
      greedy: Array.from(greedy),
      merged: Array.from(await mixer.readMixed(watched)),
    });
  };
  for (const { names, coefficients } of MIXTURES) {
    await mixer.mix(names, coefficients);
    await scoreMixture(names.join(" + "));
    const anew = names.map((name) => readers.get(name)!);
    await mixer.mixFrom(anew, coefficients, never, () => undefined);
    await scoreMixture(`${names.join(" + ")}, read anew`);
  }
  const kept = await goOn(language);
  // A GPU in software compiles a backward graph for a quarter of a minute: these have every operator between them.
  const isSlow = backend.info.kind === "webgpu" && !["pythia", "llama", "baichuan2"].includes(model);
  const measured = isSlow ? null : await measureWeights(statistics);
  for (let i = 0; i < 20; i++) await mixer.mix(["half", "brain"], [i / 20, 1 - i / 20]);
  const failedLoad = await tagOf(
    mixer.load("short", shortReader(randomWeights(config, 9)), never, () => undefined),
  );
  liveBytes.push(mixer.liveBytes);
  // Past fp32's range: whatever the model normalises, infinite weights leave no finite score.
  await mixer.mix(["single"], [1e39]);
  const overflow = await tagOf(language.score(TREE));
  for (const name of Object.keys(parents)) mixer.drop(name);
  liveBytes.push(mixer.liveBytes);
  await dispose();
  return {
    info: backend.info,
    mixtures,
    kept,
    statistics: measured,
    liveBytes,
    errorTags: { failedLoad, overflow },
  };
}

/** A row scored after a beginning, then two prompts decoded, one of which leaves early. */
async function goOn(language: LanguageModel): Promise<Outcome["kept"]> {
  const past = await language.remember([3, 1, 4, 1, 5]);
  const { positions, ...tree } = TREE;
  const moved = { ...tree, positions: positions.map((position) => position + past.length) };
  const { logprobs } = await language.score(moved, past);
  past.dispose();
  const decoding = await language.decode(
    [
      [2, 7, 1],
      [8, 2],
    ],
    4,
  );
  const decoded: (readonly number[])[] = [];
  for (let step = 0; step < 4; step++) {
    const next = decoding.next.slice();
    decoded.push(Array.from(next));
    // The first leaves after the second step.
    const rows = step === 1 ? [1] : next.length === 1 ? [0] : [0, 1];
    await decoding.advance(
      Int32Array.from(rows),
      Int32Array.from(rows, (row) => next[row]!),
    );
  }
  decoding.dispose();
  return { logprobs: Array.from(logprobs), decoded };
}

/** Statistics of the weights of the moment, over a tree of segments run twice. */
async function measureWeights(statistics: ModelStatistics): Promise<NonNullable<Outcome["statistics"]>> {
  const job = { signal: new AbortController().signal, onBatch: () => undefined };
  const squares = await statistics.squaredGradients([TREE, TREE], job);
  const { grams } = await statistics.grams([TREE, TREE], job);
  const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
  return {
    squares: Array.from(squares.values(), sum),
    grams: Array.from(new Set(grams.values()), (gram) => {
      const size = Math.sqrt(gram.length);
      return [sum(gram), sum(gram.filter((_, i) => i % (size + 1) === 0))] as const;
    }),
  };
}

/** Loses the last tensor's last bytes. */
function shortReader(weights: ReadonlyMap<string, Float32Array<ArrayBuffer>>): WeightReader {
  const whole = readerOf(weights);
  const last = [...weights.keys()].at(-1);
  return {
    async readWeight(name, signal) {
      const { dtype, bytes } = await whole.readWeight(name, signal);
      return { dtype, bytes: name === last ? bytes.slice(0, -4) : bytes };
    },
  };
}

async function tagOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return "none";
  } catch (thrown) {
    return toErrorRecord(thrown).tag;
  }
}

/** Scores once, loses the device, scores again: the second answer's error. */
export async function loseDevice(backend: Backend, lose: () => void): Promise<ErrorRecord | null> {
  const { model } = await backend.createModel(CONFIGS.pythia!);
  await model.score(TREE);
  lose();
  // The browser tells of the loss a moment later.
  await new Promise((resolve) => setTimeout(resolve, 200));
  try {
    await model.score(TREE);
    return null;
  } catch (thrown) {
    return toErrorRecord(thrown);
  }
}

/**
 * How much memory exploring a model's checkpoints takes at its peak, and whether a machine has it; told before anything
 * large is read. Pure; knows no device.
 *
 * T token places, R rows of C columns, H heads, E hidden and I intermediate size, P scored places, V vocabulary:
 *   parent   numbers × bytes in the file; 16-bit formats stay 16-bit on every device
 *   merged   numbers × 4
 *   work     overhead + rotary + activations + max(attention, head) [+ merged on wasm, which copies it at every run]
 *     activations 4·T·(4E + I), attention ∝ 4·R·C²·(H + 1), head ∝ 4·P·V
 *
 * The factors are measured in Node with Pythia's 14M, 70M, 160M and 410M shapes (onnxruntime-node 1.30.0, fp16, batches
 * of 32×64, 8×256, 4×1024, 1×2048 and 2×2048): the peak of the resident set over that of the empty process, less the
 * weights. With the weights the estimate is within 7 % of the peak for one row of 2,048. A GPU's allocations are exact
 * and large ones are not kept, so two score matrices and three of logits live at a time by the graph's order; that is
 * reasoned, not measured.
 */
import { describeBytes } from "../base/bytes.ts";
import type { BackendInfo } from "../domain/backend.ts";
import type { MemoryPlan } from "../domain/checkpoint.ts";
import type { ModelConfig } from "../model/config.ts";
import { elementCount, parameterTable } from "../model/parameterTable.ts";

/** The largest batch. */
export type BatchBudget = {
  /** T */
  readonly batchTokens: number;
  /** P·V */
  readonly batchLogits: number;
  /** R·C², unless a single row has more. */
  readonly batchPairs: number;
};

/** What is to be explored, and on what. */
export type MemoryQuestion = {
  readonly config: ModelConfig;
  /** Weights of one parent as its file stores them; the larger one's. */
  readonly parentBytes: number;
  readonly device: BackendInfo["kind"];
  /** What weights and work may use; `null` where the machine does not say. */
  readonly availableBytes: number | null;
  /** Largest buffer that a WebGPU shader can read; `null` where that is unknown or does not matter. */
  readonly maxBindingBytes: number | null;
  readonly batch: BatchBudget;
};

/** Addresses of wasm's 32 bits. */
const WASM_HEAP_BYTES = 2 ** 32;
/** Rows are counted up to this length; a longer text takes more. */
const LONGEST_ROW = 2048;

/** What the runtime itself takes once warm, and how many matrices of each kind are alive at the peak. */
const FACTORS = {
  node: { overhead: 146e6, scores: 4.5, logits: 3.5 },
  wasm: { overhead: 146e6, scores: 4.5, logits: 3.5 },
  webgpu: { overhead: 16e6, scores: 2.5, logits: 3 },
} as const satisfies Readonly<Record<BackendInfo["kind"], object>>;

type Sizes = {
  readonly merged: number;
  readonly work: number;
  /** Two parents beside the merge. */
  readonly resident: number;
  /** One parameter of each parent beside the merge. */
  readonly streamed: number;
  /** Of what must be one buffer. */
  readonly largestBuffer: number;
};

/** The plan of two parents and one merge. */
export function planMemory(question: MemoryQuestion): MemoryPlan {
  const sizes = measure(question, question.parentBytes);
  const mode = chooseMode(question, sizes);
  return {
    device: question.device,
    parentBytes: question.parentBytes,
    mergedBytes: sizes.merged,
    workBytes: sizes.work,
    neededBytes: sizes.resident,
    availableBytes: question.availableBytes,
    mode,
    words: describePlan(question, sizes, mode),
  };
}

function measure({ config, device, batch }: MemoryQuestion, parentBytes: number): Sizes {
  const counts = parameterTable(config).map(elementCount);
  const numbers = counts.reduce((sum, count) => sum + count, 0);
  const largest = Math.max(...counts);
  const merged = 4 * numbers;
  const { scores, logits, batchWork } = workOf(config, device, batch);
  const work = batchWork + (device === "wasm" ? merged : 0);
  return {
    merged,
    work,
    resident: 2 * parentBytes + merged + work,
    streamed: 2 * largest * (parentBytes / numbers) + merged + work,
    largestBuffer: Math.max(4 * largest, scores, logits),
  };
}

function workOf(config: ModelConfig, device: BackendInfo["kind"], batch: BatchBudget) {
  const { hiddenSize, intermediateSize, heads, headSize, maxPositions } = config;
  const factors = FACTORS[device];
  const columns = Math.min(LONGEST_ROW, maxPositions);
  const places = Math.max(columns, batch.batchTokens);
  // As many of the longest rows as both budgets allow, and always one.
  const pairs = Math.max(columns ** 2, Math.min(batch.batchPairs, places * columns));
  const scores = 4 * pairs * heads;
  const logits = 4 * Math.max(config.vocabularySize, batch.batchLogits);
  const activations = 4 * places * (4 * hiddenSize + intermediateSize);
  const rotary = 4 * maxPositions * headSize;
  const heaviest = Math.max(factors.scores * (scores + 4 * pairs), factors.logits * logits);
  return { scores, logits, batchWork: factors.overhead + rotary + activations + heaviest };
}

function chooseMode(
  { device, availableBytes, maxBindingBytes }: MemoryQuestion,
  sizes: Sizes,
): MemoryPlan["mode"] {
  const available = availableBytes ?? Number.POSITIVE_INFINITY;
  if (device === "wasm" && sizes.work > WASM_HEAP_BYTES) return "none";
  if (device === "webgpu" && sizes.largestBuffer > (maxBindingBytes ?? Number.POSITIVE_INFINITY))
    return "none";
  if (sizes.resident <= available) return "resident";
  return sizes.streamed <= available ? "streamed" : "none";
}

function describePlan(question: MemoryQuestion, sizes: Sizes, mode: MemoryPlan["mode"]): string {
  const { parentBytes, availableBytes } = question;
  const need = `Two parents (${describeBytes(2 * parentBytes)}), their merge (${describeBytes(sizes.merged)}) and the work (${describeBytes(sizes.work)}) take ${describeBytes(sizes.resident)} at the peak`;
  const there = availableBytes === null ? "" : `, of the ${describeBytes(availableBytes)} there is`;
  switch (mode) {
    case "resident":
      return `${need}${there}: the parents stay loaded.`;
    case "streamed": {
      const half = halved(question);
      const better = half === "resident" ? " Converted to float16 they would stay loaded." : "";
      return `${need}, more than the ${describeBytes(availableBytes ?? 0)} there is: the parents are read anew for every merge, in ${describeBytes(sizes.streamed)}.${better}`;
    }
    case "none":
      return `${obstacle(question, sizes)} ${wayOut(question, sizes)}`;
    default:
      return mode satisfies never;
  }
}

function obstacle({ device, availableBytes, maxBindingBytes }: MemoryQuestion, sizes: Sizes): string {
  if (device === "wasm" && sizes.work > WASM_HEAP_BYTES)
    return `The merge and the work take ${describeBytes(sizes.work)} of wasm's memory, which ends at ${describeBytes(WASM_HEAP_BYTES)}.`;
  if (device === "webgpu" && maxBindingBytes !== null && sizes.largestBuffer > maxBindingBytes)
    return `This model needs a buffer of ${describeBytes(sizes.largestBuffer)}; this GPU's shaders read at most ${describeBytes(maxBindingBytes)} at once.`;
  return `Even with its parents read anew for every merge, this takes ${describeBytes(sizes.streamed)}, more than the ${describeBytes(availableBytes ?? 0)} there is.`;
}

/** Where it would run, and how large a model would run here. */
function wayOut(question: MemoryQuestion, sizes: Sizes): string {
  const others = {
    webgpu: "wasm (?backend=wasm) or the command line may have the room",
    wasm: "WebGPU or the command line may have the room",
    node: "a machine with more memory has the room",
  } as const;
  const isWasm = question.device === "wasm";
  const work = isWasm ? sizes.work - sizes.merged : sizes.work;
  const room = (question.availableBytes ?? Number.POSITIVE_INFINITY) - work;
  const bytes = isWasm ? Math.min(room / 2, WASM_HEAP_BYTES - work) : room;
  const numbers = Math.floor(bytes / 4 / 1e6);
  const smaller =
    Number.isFinite(numbers) && numbers > 0
      ? `, here a model of up to about ${numbers} million parameters`
      : "";
  return `What would fit: ${others[question.device]}${smaller}.`;
}

/** The mode with parents of 16 bits a number, where they have more. */
function halved(question: MemoryQuestion): MemoryPlan["mode"] | null {
  const merged = measure(question, question.parentBytes).merged;
  if (question.parentBytes <= merged / 2) return null;
  return chooseMode(question, measure(question, merged / 2));
}

/**
 * Weights on a WebGPU device. Parents stay in the number format they were saved in; a new mixture is one dispatch a
 * tensor and a pass, into buffers that the session was given once. Knows no onnxruntime.
 */
import { AppError } from "../base/errors.ts";
import type { ModelConfig } from "../model/config.ts";
import { elementCount, type Parameter, parameterTable } from "../model/parameterTable.ts";
import { createGpuBuffer, readGpuBuffer } from "./gpuBuffer.ts";
import { createMixPasses, type Merged, type MixPasses, type Stored } from "./gpuMixPasses.ts";
import { NUMBERS_PER_INVOCATION } from "./gpuMixShader.ts";
import type { GpuState } from "./gpuState.ts";
import type { JobQueue } from "./jobQueue.ts";
import {
  checkCoefficients,
  DTYPE_BYTES,
  findParents,
  type ReadParameter,
  readParameter,
  readParameters,
} from "./parents.ts";
import type { WeightDtype, WeightMixer } from "./weights.ts";

/** A mixer and the buffers that it writes into, by parameter name: fp32, made once, never replaced. */
export type GpuMixer = WeightMixer & {
  readonly merged: ReadonlyMap<string, GPUBuffer>;
  /** Destroys every buffer. */
  destroy(): void;
};

type Parent = ReadonlyMap<string, Stored>;

/** @throws AppError `out-of-memory` when the merged weights do not fit the device. */
export async function createGpuMixer(
  config: ModelConfig,
  state: GpuState,
  queue: JobQueue,
): Promise<GpuMixer> {
  const { device } = state;
  const table = parameterTable(config);
  const passes = createMixPasses(device);
  const merged = await allocate(device, table, passes);
  const parents = new Map<string, Parent>();
  const drop = (name: string) => {
    destroyAll(parents.get(name));
    parents.delete(name);
  };
  let version = 0;
  return {
    merged: new Map([...merged].map(([name, { buffer }]) => [name, buffer])),
    async load(name, reader, signal, onLoaded) {
      const parent = await upload(state, passes, readParameters(table, reader, signal), onLoaded);
      drop(name);
      parents.set(name, parent);
    },
    has: (name) => parents.has(name),
    drop,
    mix: (names, coefficients) =>
      queue(async () => {
        state.check();
        version++;
        passes.run([...merged.values()], findParents(parents, names, coefficients), coefficients);
      }),
    mixFrom: (readers, coefficients, signal, onRead) =>
      queue(async () => {
        checkCoefficients(readers.length, coefficients);
        version++;
        let readBytes = 0;
        for (const target of merged.values()) {
          const held: Parent[] = [];
          try {
            for (const reader of readers) {
              const weight = await readParameter(target.parameter, reader, signal);
              held.push(new Map([[target.parameter.name, await uploadTensor(state, passes, weight)]]));
              readBytes += weight.bytes.byteLength;
            }
            passes.run([target], held, coefficients);
            // A buffer may go once the work that reads it is done; without waiting they would pile up.
            await device.queue.onSubmittedWorkDone();
            state.check();
          } finally {
            for (const parent of held) destroyAll(parent);
          }
          onRead(readBytes);
        }
      }),
    readMixed: (name) =>
      queue(async () => {
        state.check();
        const found = merged.get(name);
        if (found === undefined) throw new AppError("not-found", `The model has no parameter "${name}".`);
        return readGpuBuffer(device, found.buffer, elementCount(found.parameter));
      }),
    get version() {
      return version;
    },
    get liveBytes() {
      const held = [...parents.values()].flatMap((parent) => [...parent.values()]);
      return [...merged.values(), ...held].reduce((sum, { buffer }) => sum + buffer.size, 0);
    },
    destroy() {
      for (const name of [...parents.keys()]) drop(name);
      destroyAll(merged);
      passes.destroy();
    },
  };
}

/** The merged weights' buffers, zero. All or nothing. */
async function allocate(
  device: GPUDevice,
  table: readonly Parameter[],
  passes: MixPasses,
): Promise<ReadonlyMap<string, Merged>> {
  const merged = new Map<string, Merged>();
  try {
    for (const parameter of table) {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const size = paddedBytes(parameter, "float32");
      const buffer = await createGpuBuffer(device, parameter.name, size, usage);
      merged.set(parameter.name, { parameter, buffer, group: passes.bindMerged(buffer) });
    }
  } catch (thrown) {
    destroyAll(merged);
    throw thrown;
  }
  return merged;
}

/** A parent's tensors on the device. All or nothing. */
async function upload(
  state: GpuState,
  passes: MixPasses,
  weights: AsyncIterable<ReadParameter>,
  onLoaded: (loadedBytes: number) => void,
): Promise<Parent> {
  const tensors = new Map<string, Stored>();
  let loadedBytes = 0;
  try {
    for await (const weight of weights) {
      tensors.set(weight.parameter.name, await uploadTensor(state, passes, weight));
      loadedBytes += weight.bytes.byteLength;
      onLoaded(loadedBytes);
    }
  } catch (thrown) {
    destroyAll(tensors);
    throw thrown;
  }
  return tensors;
}

async function uploadTensor(
  state: GpuState,
  passes: MixPasses,
  { parameter, dtype, bytes }: ReadParameter,
): Promise<Stored> {
  state.check();
  const { device } = state;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const size = paddedBytes(parameter, dtype);
  const buffer = await createGpuBuffer(device, parameter.name, size, usage);
  // Writes come in multiples of four bytes; an odd number of 16-bit weights leaves two.
  const whole = bytes.byteLength & ~3;
  device.queue.writeBuffer(buffer, 0, bytes, 0, whole);
  if (whole < bytes.byteLength) {
    const rest = new Uint8Array(4);
    rest.set(bytes.subarray(whole));
    device.queue.writeBuffer(buffer, whole, rest);
  }
  return { dtype, buffer, group: passes.bindParent(buffer) };
}

function paddedBytes(parameter: Parameter, dtype: WeightDtype): number {
  const padded = Math.ceil(elementCount(parameter) / NUMBERS_PER_INVOCATION) * NUMBERS_PER_INVOCATION;
  return padded * DTYPE_BYTES[dtype];
}

function destroyAll(held: ReadonlyMap<string, { readonly buffer: GPUBuffer }> | undefined): void {
  for (const { buffer } of held?.values() ?? []) buffer.destroy();
}

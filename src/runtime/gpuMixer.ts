/**
 * Weights on a WebGPU device. Parents stay in the number format they were saved in; a new mixture is one dispatch a
 * tensor and a pass, into buffers that the session was given once. Knows no onnxruntime.
 */
import { AppError } from "../base/errors.ts";
import type { ModelConfig } from "../model/config.ts";
import { elementCount, type Parameter, parameterTable } from "../model/parameterTable.ts";
import { createGpuBuffer, readGpuBuffer } from "./gpuBuffer.ts";
import {
  mixShader,
  NUMBERS_PER_INVOCATION,
  PARENTS_PER_PASS,
  WORKGROUP_SIZE,
  WORKGROUPS_ACROSS,
} from "./gpuMixShader.ts";
import type { GpuState } from "./gpuState.ts";
import type { JobQueue } from "./jobQueue.ts";
import { DTYPE_BYTES, findParents, readParameters } from "./parents.ts";
import type { WeightDtype, WeightMixer } from "./weights.ts";

/** A mixer and the buffers that it writes into, by parameter name: fp32, made once, never replaced. */
export type GpuMixer = WeightMixer & {
  readonly merged: ReadonlyMap<string, GPUBuffer>;
  /** Destroys every buffer. */
  destroy(): void;
};

type Merged = {
  readonly parameter: Parameter;
  readonly buffer: GPUBuffer;
  /** Group 0 of the shader. */
  readonly group: GPUBindGroup;
};

/** A parent's tensor; `group` is its group of the shader, whichever place it takes there. */
type Stored = { readonly dtype: WeightDtype; readonly buffer: GPUBuffer; readonly group: GPUBindGroup };

type Parent = ReadonlyMap<string, Stored>;

/** @throws AppError `out-of-memory` when the merged weights do not fit the device. */
export async function createGpuMixer(
  config: ModelConfig,
  state: GpuState,
  queue: JobQueue,
): Promise<GpuMixer> {
  const { device } = state;
  const table = parameterTable(config);
  const passes = createPasses(device);
  const merged = new Map<string, Merged>();
  const parents = new Map<string, Parent>();
  for (const parameter of table) {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = await createGpuBuffer(device, parameter.name, paddedBytes(parameter, "float32"), usage);
    merged.set(parameter.name, { parameter, buffer, group: passes.bindMerged(buffer) });
  }
  return {
    merged: new Map([...merged].map(([name, { buffer }]) => [name, buffer])),
    async load(name, reader, signal, onLoaded) {
      const tensors = new Map<string, Stored>();
      let loadedBytes = 0;
      try {
        for await (const { parameter, dtype, bytes } of readParameters(table, reader, signal)) {
          state.check();
          const buffer = await upload(device, parameter, dtype, bytes);
          tensors.set(parameter.name, { dtype, buffer, group: passes.bindParent(buffer) });
          loadedBytes += bytes.byteLength;
          onLoaded(loadedBytes);
        }
      } catch (thrown) {
        destroyParent(tensors);
        throw thrown;
      }
      destroyParent(parents.get(name));
      parents.set(name, tensors);
    },
    has: (name) => parents.has(name),
    drop(name) {
      destroyParent(parents.get(name));
      parents.delete(name);
    },
    mix: (names, coefficients) =>
      queue(async () => {
        state.check();
        passes.run([...merged.values()], findParents(parents, names, coefficients), coefficients);
      }),
    readMixed: (name) =>
      queue(async () => {
        state.check();
        const found = merged.get(name);
        if (found === undefined) throw new AppError("not-found", `The model has no parameter "${name}".`);
        return readGpuBuffer(device, found.buffer, elementCount(found.parameter));
      }),
    get liveBytes() {
      const held = [...parents.values()].flatMap((parent) => [...parent.values()]);
      return [...merged.values(), ...held].reduce((sum, { buffer }) => sum + buffer.size, 0);
    },
    destroy() {
      for (const parent of parents.values()) destroyParent(parent);
      parents.clear();
      for (const { buffer } of merged.values()) buffer.destroy();
      passes.destroy();
    },
  };
}

/** The pipelines of the merge, made as they are needed, and the coefficients' one buffer. */
function createPasses(device: GPUDevice) {
  const compute = GPUShaderStage.COMPUTE;
  const mergedLayout = device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: compute, buffer: { type: "storage" } },
      { binding: 1, visibility: compute, buffer: { type: "uniform" } },
    ],
  });
  const parentLayout = device.createBindGroupLayout({
    entries: [{ binding: 0, visibility: compute, buffer: { type: "read-only-storage" } }],
  });
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const coefficientBuffer = device.createBuffer({ label: "coefficients", size: 16, usage });
  const pipelines = new Map<string, GPUComputePipeline>();
  const pipelineFor = (dtypes: readonly WeightDtype[], accumulate: boolean): GPUComputePipeline => {
    const key = `${dtypes.join()} ${accumulate}`;
    const known = pipelines.get(key);
    if (known !== undefined) return known;
    const pipeline = device.createComputePipeline({
      label: `mix ${key}`,
      layout: device.createPipelineLayout({
        bindGroupLayouts: [mergedLayout, ...dtypes.map(() => parentLayout)],
      }),
      compute: { module: device.createShaderModule({ code: mixShader(dtypes, accumulate) }) },
    });
    pipelines.set(key, pipeline);
    return pipeline;
  };
  return {
    bindMerged: (buffer: GPUBuffer): GPUBindGroup =>
      device.createBindGroup({
        layout: mergedLayout,
        entries: [
          { binding: 0, resource: { buffer } },
          { binding: 1, resource: { buffer: coefficientBuffer } },
        ],
      }),
    bindParent: (buffer: GPUBuffer): GPUBindGroup =>
      device.createBindGroup({ layout: parentLayout, entries: [{ binding: 0, resource: { buffer } }] }),
    /** As many parents a pass as a pipeline can bind; the queue keeps passes and coefficient writes in order. */
    run(merged: readonly Merged[], parents: readonly Parent[], coefficients: readonly number[]): void {
      for (let first = 0; first < parents.length; first += PARENTS_PER_PASS) {
        const some = parents.slice(first, first + PARENTS_PER_PASS);
        const values = new Float32Array(4);
        values.set(coefficients.slice(first, first + some.length));
        device.queue.writeBuffer(coefficientBuffer, 0, values);
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        for (const { parameter, buffer, group } of merged) {
          const stored = some.map((parent) => parent.get(parameter.name)!);
          const dtypes = stored.map(({ dtype }) => dtype);
          pass.setPipeline(pipelineFor(dtypes, first > 0));
          pass.setBindGroup(0, group);
          for (const [i, tensor] of stored.entries()) pass.setBindGroup(i + 1, tensor.group);
          const groups = Math.ceil(buffer.size / (4 * NUMBERS_PER_INVOCATION) / WORKGROUP_SIZE);
          pass.dispatchWorkgroups(Math.min(groups, WORKGROUPS_ACROSS), Math.ceil(groups / WORKGROUPS_ACROSS));
        }
        pass.end();
        device.queue.submit([encoder.finish()]);
      }
    },
    destroy: () => coefficientBuffer.destroy(),
  };
}

async function upload(
  device: GPUDevice,
  parameter: Parameter,
  dtype: WeightDtype,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<GPUBuffer> {
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
  return buffer;
}

function paddedBytes(parameter: Parameter, dtype: WeightDtype): number {
  const padded = Math.ceil(elementCount(parameter) / NUMBERS_PER_INVOCATION) * NUMBERS_PER_INVOCATION;
  return padded * DTYPE_BYTES[dtype];
}

function destroyParent(parent: Parent | undefined): void {
  for (const { buffer } of parent?.values() ?? []) buffer.destroy();
}

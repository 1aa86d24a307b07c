/**
 * The compute passes of a merge on a WebGPU device: pipelines made as they are needed, bind groups made once a tensor,
 * so that a new mixture writes sixteen bytes and submits. Knows no checkpoint and no onnxruntime.
 */
import type { Parameter } from "../model/parameterTable.ts";
import {
  mixShader,
  NUMBERS_PER_INVOCATION,
  PARENTS_PER_PASS,
  WORKGROUP_SIZE,
  WORKGROUPS_ACROSS,
} from "./gpuMixShader.ts";
import type { WeightDtype } from "./weights.ts";

/** A parameter that is merged into; `group` is group 0 of the shader. */
export type Merged = {
  readonly parameter: Parameter;
  readonly buffer: GPUBuffer;
  readonly group: GPUBindGroup;
};

/** A parent's tensor; `group` is its group of the shader, whichever place it takes there. */
export type Stored = {
  readonly dtype: WeightDtype;
  readonly buffer: GPUBuffer;
  readonly group: GPUBindGroup;
};

/** What runs on the device. */
export interface MixPasses {
  bindMerged(buffer: GPUBuffer): GPUBindGroup;
  bindParent(buffer: GPUBuffer): GPUBindGroup;
  /** Submits Σ coefficients[i] · parents[i] into all merged buffers; parents by parameter name. */
  run(
    merged: readonly Merged[],
    parents: readonly ReadonlyMap<string, Stored>[],
    coefficients: readonly number[],
  ): void;
  destroy(): void;
}

type Layouts = { readonly merged: GPUBindGroupLayout; readonly parent: GPUBindGroupLayout };

type PipelineFor = (dtypes: readonly WeightDtype[], accumulate: boolean) => GPUComputePipeline;

/** Passes on this device; nothing is compiled before it is used. */
export function createMixPasses(device: GPUDevice): MixPasses {
  const layouts = createLayouts(device);
  const pipelineFor = createPipelines(device, layouts);
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const coefficientBuffer = device.createBuffer({ label: "coefficients", size: 16, usage });
  return {
    bindMerged: (buffer) =>
      device.createBindGroup({
        layout: layouts.merged,
        entries: [
          { binding: 0, resource: { buffer } },
          { binding: 1, resource: { buffer: coefficientBuffer } },
        ],
      }),
    bindParent: (buffer) =>
      device.createBindGroup({ layout: layouts.parent, entries: [{ binding: 0, resource: { buffer } }] }),
    run(merged, parents, coefficients) {
      // As many parents a pass as a pipeline can bind; the device keeps passes and writes in order.
      for (let first = 0; first < parents.length; first += PARENTS_PER_PASS) {
        const some = parents.slice(first, first + PARENTS_PER_PASS);
        const values = new Float32Array(4);
        values.set(coefficients.slice(first, first + some.length));
        device.queue.writeBuffer(coefficientBuffer, 0, values);
        device.queue.submit([encodePass(device, pipelineFor, merged, some, first > 0)]);
      }
    },
    destroy: () => coefficientBuffer.destroy(),
  };
}

function encodePass(
  device: GPUDevice,
  pipelineFor: PipelineFor,
  merged: readonly Merged[],
  parents: readonly ReadonlyMap<string, Stored>[],
  accumulate: boolean,
): GPUCommandBuffer {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const { parameter, buffer, group } of merged) {
    const stored = parents.map((parent) => parent.get(parameter.name)!);
    pass.setPipeline(
      pipelineFor(
        stored.map(({ dtype }) => dtype),
        accumulate,
      ),
    );
    pass.setBindGroup(0, group);
    for (const [i, tensor] of stored.entries()) pass.setBindGroup(i + 1, tensor.group);
    const groups = Math.ceil(buffer.size / (4 * NUMBERS_PER_INVOCATION * WORKGROUP_SIZE));
    pass.dispatchWorkgroups(Math.min(groups, WORKGROUPS_ACROSS), Math.ceil(groups / WORKGROUPS_ACROSS));
  }
  pass.end();
  return encoder.finish();
}

function createLayouts(device: GPUDevice): Layouts {
  const visibility = GPUShaderStage.COMPUTE;
  return {
    merged: device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility, buffer: { type: "storage" } },
        { binding: 1, visibility, buffer: { type: "uniform" } },
      ],
    }),
    parent: device.createBindGroupLayout({
      entries: [{ binding: 0, visibility, buffer: { type: "read-only-storage" } }],
    }),
  };
}

function createPipelines(device: GPUDevice, layouts: Layouts): PipelineFor {
  const known = new Map<string, GPUComputePipeline>();
  return (dtypes, accumulate) => {
    const key = `${dtypes.join()}${accumulate ? " accumulating" : ""}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const bindGroupLayouts = [layouts.merged, ...dtypes.map(() => layouts.parent)];
    const pipeline = device.createComputePipeline({
      label: `mix ${key}`,
      layout: device.createPipelineLayout({ bindGroupLayouts }),
      compute: { module: device.createShaderModule({ code: mixShader(dtypes, accumulate) }) },
    });
    known.set(key, pipeline);
    return pipeline;
  };
}

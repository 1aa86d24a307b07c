/** Buffers of a WebGPU device whose failures are told: none is ever read as zeros. */
import { describeBytes } from "../base/bytes.ts";
import { AppError } from "../base/errors.ts";

/**
 * A buffer of `size` bytes, zero.
 * @throws AppError `out-of-memory` when the device has no room or does not allow one so large.
 */
export async function createGpuBuffer(
  device: GPUDevice,
  label: string,
  size: number,
  usage: GPUBufferUsageFlags,
): Promise<GPUBuffer> {
  const limit = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  if (size > limit)
    throw new AppError(
      "out-of-memory",
      `${label} needs ${describeBytes(size)} at once; this GPU allows ${describeBytes(limit)}.`,
      { advice: "Use wasm (?backend=wasm) or a smaller model.", fields: { label, size, limit } },
    );
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  const buffer = device.createBuffer({ label, size, usage });
  const [invalid, full] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  if (invalid === null && full === null) return buffer;
  buffer.destroy();
  throw full !== null
    ? new AppError("out-of-memory", `The GPU has no room for ${label} (${describeBytes(size)}).`, {
        advice: "Load fewer checkpoints at once, or use wasm (?backend=wasm).",
        fields: { label, size },
      })
    : new AppError("device", `The GPU refused a buffer for ${label}: ${invalid?.message ?? ""}`, {
        fields: { label, size },
      });
}

/** The first `count` fp32 numbers of a buffer. @throws AppError `device` when they cannot be read. */
export async function readGpuBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  count: number,
): Promise<Float32Array> {
  const size = 4 * count;
  const staging = await createGpuBuffer(
    device,
    `copy of ${buffer.label}`,
    size,
    GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  );
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return new Float32Array(staging.getMappedRange().slice(0));
  } catch (thrown) {
    throw new AppError("device", `${buffer.label} could not be read back from the GPU.`, {
      advice: "Start again; if it happens again, use wasm (?backend=wasm).",
      cause: thrown,
    });
  } finally {
    staging.destroy();
  }
}

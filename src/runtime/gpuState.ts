/** A WebGPU device and whether it still is one. */
import { AppError } from "../base/errors.ts";

/** The device, watched. */
export type GpuState = {
  readonly device: GPUDevice;
  /**
   * To be called before a piece of work and after it, lest its failure pass for a result.
   * @throws AppError `device` once the device is lost, `out-of-memory` or `device` for a command that failed since the
   * last check.
   */
  check(): void;
};

/** The limits that weights and activations can need; an adapter's own values are asked for instead of the defaults. */
const RAISED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
] as const;

/** A device with all the room that its adapter can give. @throws AppError `device`. */
export async function openGpu(adapter: GPUAdapter): Promise<GpuState> {
  const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = (["subgroups"] as const).filter((name) => adapter.features.has(name));
  const device = await adapter
    .requestDevice({ requiredLimits, requiredFeatures })
    .catch((thrown: unknown) => {
      throw new AppError("device", "The GPU could not be opened.", {
        advice: "Close other pages that use the GPU, or use wasm (?backend=wasm).",
        cause: thrown,
      });
    });
  let lost: GPUDeviceLostInfo | null = null;
  void device.lost.then((info) => {
    lost = info;
  });
  let failure: AppError | null = null;
  device.addEventListener("uncapturederror", ({ error }) => {
    failure = toFailure(error);
  });
  return {
    device,
    check() {
      if (lost !== null) throw toLoss(lost);
      const thrown = failure;
      failure = null;
      if (thrown !== null) throw thrown;
    },
  };
}

function toLoss({ reason, message }: GPUDeviceLostInfo): AppError {
  return new AppError("device", `The GPU is gone (${reason}): ${message || "no more is known"}`, {
    advice: "Start the page again; if it happens again, use wasm (?backend=wasm).",
    fields: { reason },
  });
}

function toFailure(error: GPUError): AppError {
  return error instanceof GPUOutOfMemoryError
    ? new AppError("out-of-memory", "The GPU ran out of memory.", {
        advice: "Load fewer checkpoints at once, or use wasm (?backend=wasm).",
      })
    : new AppError("device", `The GPU refused a command: ${error.message}`, {
        advice: "Start again; if it happens again, use wasm (?backend=wasm).",
      });
}

/** An adapter in its own words. */
export function describeAdapter(adapter: GPUAdapter): string {
  const { vendor, architecture, device, description } = adapter.info;
  const words = description !== "" ? description : [vendor, architecture, device].filter(Boolean).join(" ");
  return words === "" ? "unnamed adapter" : words;
}

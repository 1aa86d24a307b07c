/** The compute device: which one was asked for, which one runs, and why. */
import { toErrorRecord } from "../base/errors.ts";
import type { BackendChoice } from "../domain/backend.ts";
import type { Context } from "./context.ts";

/** Actions on the device. */
export type DeviceActions = {
  /** Starts the device, or starts it again with another choice; resolves when it answered or failed. */
  readonly startDevice: (choice: BackendChoice) => Promise<void>;
};

/** The device's actions over a context. */
export function createDeviceActions({ patch, queue, effects }: Context): DeviceActions {
  let generation = 0;
  return {
    async startDevice(choice) {
      const mine = ++generation;
      patch("device", { choice, info: null, error: null });
      await queue.submit(async () => {
        try {
          const job = { signal: new AbortController().signal, emit: () => undefined };
          const info = await effects.engine.call("start", { backend: choice, threads: null }, job);
          if (mine === generation) patch("device", { info });
        } catch (thrown) {
          if (mine === generation) patch("device", { error: toErrorRecord(thrown) });
        }
      });
    },
  };
}

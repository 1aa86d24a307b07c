import { expect, test } from "vitest";
import { chooseBackend } from "./chooseBackend.ts";

const offer = { adapter: "Example GPU", webgpu: true, processors: 8, isolated: true };

test("takes WebGPU where there is an adapter", () => {
  expect(chooseBackend("auto", null, offer)).toEqual({
    kind: "webgpu",
    threads: 0,
    reason: "WebGPU: an adapter was found (Example GPU).",
  });
});

test("takes wasm otherwise, with a thread for each processor, and says why", () => {
  expect(chooseBackend("auto", null, { ...offer, adapter: null })).toEqual({
    kind: "wasm",
    threads: 8,
    reason: "wasm: there is no WebGPU adapter; 8 threads.",
  });
  expect(chooseBackend("auto", 2, { ...offer, adapter: null, webgpu: false }).reason).toBe(
    "wasm: this browser has no WebGPU; 2 threads.",
  );
});

test("has one thread where the page is not isolated, whatever was asked", () => {
  expect(chooseBackend("wasm", 4, { ...offer, isolated: false })).toEqual({
    kind: "wasm",
    threads: 1,
    reason: "wasm: as asked; 1 thread, because the page is not cross-origin isolated.",
  });
});

test("refuses WebGPU that is not there", () => {
  expect(() => chooseBackend("webgpu", null, { ...offer, adapter: null })).toThrow(
    "there is no WebGPU adapter",
  );
});

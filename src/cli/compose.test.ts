/** Fisher averaging and RegMean of shipped checkpoints by the command line, against plain PyTorch; tools/golden wrote the numbers. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readWeights } from "../runtime/fixtures/transformersModels.ts";
import { createNodeEngine } from "./nodePlatform.ts";

type Sampled = Readonly<
  Record<
    string,
    { readonly places: readonly number[]; readonly values: readonly number[]; readonly norm: number }
  >
>;
const golden: {
  readonly steps: readonly number[];
  readonly task: string;
  readonly rows: number;
  readonly merged: Readonly<Record<"fisher" | "fisherBatch" | "regmean", Sampled>>;
} = JSON.parse(readFileSync(join(import.meta.dirname, "../engine/fixtures/weightStatistics.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "mergescope-compose-"));
afterAll(() => rmSync(folder, { recursive: true }));
const job = { signal: new AbortController().signal, emit: () => undefined };
const engine = createNodeEngine({});
const parents = golden.steps.map((step) => `demo:${step}`);

/**
 * Largest difference of an element, in parts of its tensor's largest: fp32 sums of squared gradients and of products. Reached:
 * 1e-7, 7e-7 and 1.3e-7.
 */
const TOLERANCE = { fisher: 1e-6, fisherBatch: 3e-6, regmean: 1e-6 };
/** Of norms. An input that is nearly always 0 says nothing of its column, which then is what rounding makes it. */
const NORMS = { fisher: 1e-6, fisherBatch: 1e-6, regmean: 1e-3 };

describe.each([
  ["fisher", "fisher", {}],
  ["fisherBatch", "fisher", { fisher: "batch" }],
  ["regmean", "regmean", {}],
] as const)("%s", (key, method, options) => {
  test("as plain PyTorch", { timeout: 60_000 }, async () => {
    await engine.call("openDemo", {}, job);
    const calibration = { task: golden.task, split: "search" as const, limit: golden.rows };
    const composed = await engine.call(
      "compose",
      { method, parents, options, base: null, task: null, calibration, search: null },
      job,
    );
    expect(composed.story).toMatchObject({ kind: "tensors", rows: golden.rows });
    const out = join(folder, key);
    await engine.call(
      "exportMerge",
      {
        recipe: composed.recipe,
        dtype: "float32",
        arithmetic: "fp32",
        maxShardBytes: 5e9,
        target: { kind: "path", path: out },
      },
      job,
    );
    const weights = readWeights(pathToFileURL(join(out, "model.safetensors")));
    let worst = 0;
    for (const [name, { places, values, norm }] of Object.entries(golden.merged[key])) {
      const merged = weights.get(name)!;
      const largest = merged.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (const [i, place] of places.entries())
        worst = Math.max(worst, Math.abs(merged[place]! - values[i]!) / largest);
      expect(Math.abs(Math.hypot(...sums(merged)) / norm - 1), name).toBeLessThan(NORMS[key]);
    }
    expect(worst).toBeLessThan(TOLERANCE[key]);
  });
});

/** The norm in two steps: a spread of a million arguments is too long. */
function sums(values: Float32Array): readonly number[] {
  const parts = new Float64Array(64);
  for (const [i, value] of values.entries()) parts[i % 64]! += value * value;
  return Array.from(parts, Math.sqrt);
}

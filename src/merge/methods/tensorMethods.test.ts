/** Methods of tensors against mergekit 0.1.4 on shipped checkpoints, and what no reference can be asked: DARE's draws. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../../checkpoint/open.ts";
import { decayOf, weightsOf } from "../../domain/decay.ts";
import { decodeWeight } from "../decodeWeight.ts";
import { openFolder } from "../fixtures/files.ts";
import type { TensorMethod } from "../method.ts";
import { lawa } from "./lawa.ts";
import { completeOptions } from "./options.ts";
import { slerp } from "./slerp.ts";
import { findMergeMethod } from "./table.ts";
import { dareLinear, taskArithmetic } from "./taskVectors.ts";

type Golden = {
  readonly steps: readonly number[];
  readonly base: number;
  readonly runs: readonly {
    readonly method: string;
    readonly options: Readonly<Record<string, number>>;
    readonly tensors: Readonly<
      Record<
        string,
        {
          readonly places: readonly number[];
          readonly values: readonly number[];
          readonly sum: number;
          readonly squares: number;
        }
      >
    >;
  }[];
};

const golden: Golden = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixtures/mergekitTensors.json"), "utf8"),
);
const { signal } = new AbortController();
const open = (step: number) => openFolder(join(import.meta.dirname, `../../../public/demo/step${step}`));

/** fp32 arithmetic in another order: some units in the last place of a tensor's largest element. */
const RELATIVE = 1e-6;
/**
 * Sums of squares. Differences of fp16 weights have many equal magnitudes, and TIES keeps some of those at the edge: torch's
 * sort takes any of them, ours the first ones.
 */
const SQUARES = { slerp: 1e-6, "task-arithmetic": 1e-6, ties: 1e-4 } as Readonly<Record<string, number>>;

describe.each(golden.runs)("$method as mergekit", ({ method: name, options, tensors }) => {
  test("element by element", async () => {
    const method = findMergeMethod(name) as TensorMethod;
    const parents = await Promise.all(golden.steps.map(open));
    const base = await open(golden.base);
    const read = async (checkpoint: Checkpoint, tensor: string) =>
      decodeWeight(await checkpoint.readWeight(tensor, signal));
    let worst = 0;
    for (const [tensor, expected] of Object.entries(tensors)) {
      const merged = method.mergeTensor(
        {
          name: tensor,
          shape: [],
          parents: await Promise.all(parents.map((parent) => read(parent, tensor))),
          base: method.needs.includes("base") ? await read(base, tensor) : null,
        },
        completeOptions(method, options),
      );
      const largest = merged.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (const [i, place] of expected.places.entries())
        worst = Math.max(worst, Math.abs(merged[place]! - expected.values[i]!) / largest);
      const squares = merged.reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs(squares / expected.squares - 1), tensor).toBeLessThan(SQUARES[name]!);
    }
    expect(worst).toBeLessThan(RELATIVE);
  });
});

const parts = (parents: readonly (readonly number[])[], base: readonly number[]) => ({
  name: "w",
  shape: [base.length],
  parents: parents.map((parent) => Float32Array.from(parent)),
  base: Float32Array.from(base),
});

describe("DARE", () => {
  const length = 40_000;
  const delta = Array.from({ length }, (_, i) => Math.sin(i));
  const base = Array.from({ length }, () => 0);
  const options = completeOptions(dareLinear, { weight: 1, density: 0.25, seed: 3 });

  test("keeps the share, rescales what it keeps, and forgets nothing in the mean", () => {
    const merged = dareLinear.mergeTensor(parts([delta], base), options);
    const kept = merged.filter((value, i) => value !== 0 || delta[i] === 0).length / length;
    expect(kept).toBeCloseTo(0.25, 1);
    for (const [i, value] of merged.entries()) if (value !== 0) expect(value).toBeCloseTo(4 * delta[i]!, 5);
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b * delta[0]!, 0);
    expect(Math.abs(sum(merged) - sum(delta)) / length).toBeLessThan(0.02);
  });

  test("is the same for the same seed and another for another; at density 1 it is task arithmetic", () => {
    const draw = (seed: number) => dareLinear.mergeTensor(parts([delta], base), { ...options, seed });
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    const whole = { weight: 0.6, density: 1, scale: 0.5, seed: 0 };
    const two = parts([delta, delta.map((value) => -value / 3)], base);
    const expected = taskArithmetic.mergeTensor(two, { weight: 0.6, scale: 0.5 });
    expect(dareLinear.mergeTensor(two, whole)).toEqual(expected);
  });
});

test("task arithmetic with weights that sum to 1 is the mean, whatever the base is", () => {
  const options = completeOptions(taskArithmetic, {});
  const merged = taskArithmetic.mergeTensor(
    parts(
      [
        [1, 2],
        [3, 6],
      ],
      [100, -7],
    ),
    options,
  );
  expect([...merged]).toEqual([2, 4]);
});

test("SLERP keeps the length where the directions differ, and is the line where they do not", () => {
  const right = slerp.mergeTensor(
    parts(
      [
        [1, 0],
        [0, 1],
      ],
      [0, 0],
    ),
    { t: 0.5 },
  );
  expect(Math.hypot(...right)).toBeCloseTo(1, 6);
  const line = slerp.mergeTensor(
    parts(
      [
        [1, 1],
        [2, 2],
      ],
      [0, 0],
    ),
    { t: 0.25 },
  );
  expect([...line]).toEqual([1.25, 1.25]);
});

describe("decays", () => {
  test.each(["uniform", "1-sqrt", "cosine", "ema"])(
    "%s weights sum to 1 and rise or fall as a decay",
    (decay) => {
      const weights = lawa.coefficients(7, { last: 4, decay });
      expect(weights.slice(0, 3)).toEqual([0, 0, 0]);
      expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      const left = decayOf(weights.slice(3));
      for (const [i, share] of left.entries()) if (i > 0) expect(share).toBeLessThan(left[i - 1]!);
      expect(weightsOf(left).map((w) => w.toFixed(12))).toEqual(weights.slice(3).map((w) => w.toFixed(12)));
    },
  );

  test("uniform weights are a linear decay", () => {
    expect(decayOf(lawa.coefficients(4, { last: 4, decay: "uniform" }))).toEqual([0.75, 0.5, 0.25]);
  });
});

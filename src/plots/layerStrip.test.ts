import { expect, test } from "vitest";
import type { LayerDistance, PairDistance } from "../domain/checkpoint.ts";
import { createShade, distanceWords, formatShare } from "../domain/distance.ts";
import { layerStrip } from "./layerStrip.ts";

const NAMES = ["step 1000", "step 2000"];

const part = (layer: number | null, name: LayerDistance["part"], relative: number | null): LayerDistance => ({
  layer,
  part: name,
  relative,
  cosine: relative === null ? null : 1 - relative ** 2 / 2,
});

const PAIR: PairDistance = {
  older: 0,
  newer: 1,
  sampledShare: 0.0142,
  parts: [
    part(null, "embedding", 0.02),
    part(0, "attention", 0.03),
    part(0, "mlp", 0.031),
    part(4, "attention", 0.04),
    part(4, "mlp", 0.052),
    part(4, "norm", 0.0111),
    part(null, "norm", 0.01),
    part(null, "head", 0.035),
  ],
};

test("the sentence tells the median, the greatest and how much was read", () => {
  expect(layerStrip(PAIR, NAMES).sentence).toBe(
    "step 1000 to step 2000: parts move by 3.0 % in the median, layer 4's MLP most (5.2 %); 1.4 % of the weights read.",
  );
  const still = { ...PAIR, sampledShare: 1, parts: [part(0, "mlp", 0), part(1, "mlp", 0)] };
  expect(distanceWords(still, NAMES)).toBe("step 1000 to step 2000: nothing moves.");
  expect(distanceWords({ ...still, parts: [part(0, "norm", null)] }, NAMES)).toMatch(
    /nothing could be compared/,
  );
});

test("layers stand across and parts down, with what is outside at both ends", () => {
  const { columns, rows } = layerStrip(PAIR, NAMES);
  expect(columns).toEqual(["in", "0", "4", "out"]);
  expect(rows.map(({ label, cells }) => [label, ...cells.map((cell) => cell?.text ?? null)])).toEqual([
    ["attention", null, "3.0 %", "4.0 %", null],
    ["MLP", null, "3.1 %", "5.2 %", null],
    ["norms", null, null, "1.1 %", "1.0 %"],
    ["embedding, head", "2.0 %", null, null, "3.5 %"],
  ]);
  const cell = rows[1]!.cells[2]!;
  expect(cell).toMatchObject({ layer: 4, part: "mlp", share: 1 });
  expect(cell.description).toBe("layer 4's MLP moves by 5.2 %, cosine 0.9986");
  expect(rows[2]!.cells[3]!.description).toBe("the final norm moves by 1.0 %, cosine 0.999950");
});

test("a model without sampled norms has no row of them, and a move from zero has no size", () => {
  const { rows } = layerStrip({ ...PAIR, parts: [part(0, "mlp", null), part(1, "mlp", 0.5)] }, NAMES);
  expect(rows.map(({ label }) => label)).toEqual(["MLP"]);
  expect(rows[0]!.cells[1]).toMatchObject({
    share: 1,
    text: "",
    description: "layer 0's MLP was all zero and is not any more",
  });
});

test("shades are linear for a small spread and logarithmic for a large one, in order either way", () => {
  const near = createShade([part(0, "mlp", 0.01), part(1, "mlp", 0.05)]);
  expect([near(0), near(0.05)]).toEqual([0, 1]);
  expect(near(0.01)).toBeCloseTo(0.2, 12);
  const moves = [1e-5, 1e-4, 1e-3, 1e-2];
  const far = createShade(moves.map((move, layer) => part(layer, "mlp", move)));
  const shades = moves.map(far);
  expect(shades[3]).toBe(1);
  expect(shades[0]).toBeCloseTo(0.1, 12);
  expect(shades[2]! - shades[1]!).toBeCloseTo(0.3, 12);
  expect(far(1e-9)).toBe(0.1);
  expect(far(0)).toBe(0);
  const none = createShade([part(0, "mlp", 0)]);
  expect([none(0), none(null)]).toEqual([0, 1]);
});

test("shares have two significant digits", () => {
  expect([0, 1.234, 0.52, 0.031, 0.00042, 1e-12].map(formatShare)).toEqual([
    "0 %",
    "123 %",
    "52 %",
    "3.1 %",
    "0.042 %",
    "1e-10 %",
  ]);
});

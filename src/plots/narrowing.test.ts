import { expect, test } from "vitest";
import { measuresOf } from "../domain/measure.ts";
import { narrowing } from "./narrowing.ts";

const acc = measuresOf("partial")[0];
const nll = measuresOf("text")[0];

test("rounds go from left to right, error bars shrink, the rival lies between the ends", () => {
  const trail = [
    { value: 0.5, stderr: 0.1, n: 25 },
    { value: 0.6, stderr: 0.05, n: 100 },
  ];
  const { points, rival, bottom, top } = narrowing(acc, trail, 100, { value: 0.55, stderr: 0.05, n: 100 });
  expect(points.map(({ x }) => x)).toEqual([0.25, 1]);
  const [first, last] = points.map(({ low, high }) => high - low);
  expect(last! / first!).toBeCloseTo(0.5, 12);
  expect(points[1]!.y).toBeGreaterThan(points[0]!.y);
  expect(rival).toBeGreaterThan(points[0]!.y);
  expect(rival).toBeLessThan(points[1]!.y);
  expect(bottom).toBeLessThan(40);
  expect(top).toBeGreaterThan(65);
});

test("a smaller loss is higher up", () => {
  const trail = [
    { value: -4, stderr: 0.1, n: 10 },
    { value: -3, stderr: 0.1, n: 20 },
  ];
  const { points, bottom, top } = narrowing(nll, trail, 20, null);
  expect(points[1]!.y).toBeGreaterThan(points[0]!.y);
  expect(bottom).toBeGreaterThan(top);
});

import { describe, expect, it } from "vitest";
import { expectAllclose } from "../numerics/allclose.ts";
import { matrixFromRows } from "../numerics/matrix.ts";
import { createRng } from "../numerics/rng.ts";
import { acquisitionAt } from "./acquisition.ts";
import golden from "./fixtures/noisyImprovement.json" with { type: "json" };
import { conditionGp, type Gp, posteriorAt } from "./gp.ts";
import { createLogNoisyImprovement } from "./noisyImprovement.ts";

function gpOver(d: number, noise: number): Gp {
  const rng = createRng("noisy improvement test", d);
  const rows = Array.from({ length: 9 }, () => Array.from({ length: d }, () => rng.uniform()));
  const targets = rows.map((row) => Math.sin(4 * row[0]!) + 0.3 * rng.normal());
  const noiseVariances = rows.map(() => noise);
  const kernel = { name: "matern52", lengthscale: new Array<number>(d).fill(0.4), outputscale: 1.2 } as const;
  return conditionGp(kernel, { inputs: matrixFromRows(rows), targets, noiseVariances }, null);
}

describe("log noisy expected improvement", () => {
  it.each(golden.map((row, i) => [i, row.inputs[0]!.length, row] as const))(
    "case %i, d = %i: is what BoTorch's Monte Carlo converges to",
    (_, __, row) => {
      const { lengthscale, outputscale, mean } = row.hyperparameters;
      const { targets, noiseVariances } = row;
      const data = { inputs: matrixFromRows(row.inputs), targets, noiseVariances };
      const gp = conditionGp({ name: "matern52", lengthscale, outputscale }, data, mean);
      const [many, few] = [createLogNoisyImprovement(gp, 0, 16_384), createLogNoisyImprovement(gp, 0)];
      row.points.forEach((point, i) => {
        const [expected, error] = [row.value[i]!, row.stderr[i]!];
        expectAllclose(Math.exp(many(point, null)), expected, { rtol: 0.03, atol: 2e-4 + 4 * error });
        // The draws that a search makes do with: good to tell high from low.
        expectAllclose(Math.exp(few(point, null)), expected, { rtol: 0.3, atol: 0.003 });
      });
    },
  );

  it.each([1, 3])("has the gradient that differences give, d = %i", (d) => {
    const f = createLogNoisyImprovement(gpOver(d, 0.05), 0);
    const x = [0.37, 0.61, 0.12].slice(0, d);
    const gradient = new Float64Array(d);
    f(x, gradient);
    const slopes = x.map((_, i) => {
      const at = (step: number): number =>
        f(
          x.map((value, j) => (i === j ? value + step : value)),
          null,
        );
      return (at(1e-6) - at(-1e-6)) / 2e-6;
    });
    expectAllclose(gradient, slopes, { rtol: 1e-4, atol: 1e-5 });
  });

  it("is expected improvement over the best score where scores are exact", () => {
    const rows = [0, 0.15, 0.3, 0.5, 0.65, 0.8, 1].map((x) => [x]);
    const kernel = { name: "matern52", lengthscale: [0.4], outputscale: 1.2 } as const;
    const data = {
      inputs: matrixFromRows(rows),
      targets: rows.map(([x]) => Math.sin(5 * x!)),
      noiseVariances: rows.map(() => 0),
    };
    const gp = conditionGp(kernel, data, null);
    const f = createLogNoisyImprovement(gp, 0);
    const bestF = Math.max(...gp.targets);
    for (const x of [0.05, 0.33, 0.71]) {
      const { mean, variance } = posteriorAt(gp, [x]);
      const exact = acquisitionAt("ei", { mean, std: Math.sqrt(variance) }, { bestF, beta: 0 }).value;
      expectAllclose(Math.exp(f([x], null)), exact, { rtol: 1e-2, atol: 1e-4 });
    }
  });

  it("takes a point that was measured several times for one truth", () => {
    const rows = [[0.2], [0.5], [0.5], [0.5], [0.9]];
    const kernel = { name: "rbf", lengthscale: [0.3], outputscale: 1 } as const;
    const data = {
      inputs: matrixFromRows(rows),
      targets: [0, 1, 1.4, 0.7, -1],
      noiseVariances: [0.1, 0.1, 0.1, 0.1, 0.1],
    };
    const f = createLogNoisyImprovement(conditionGp(kernel, data, null), 0);
    for (const x of [0, 0.5, 0.6, 1]) expect(Number.isFinite(f([x], null))).toBe(true);
  });

  it("repeats itself for a seed", () => {
    const gp = gpOver(1, 0.05);
    expect(createLogNoisyImprovement(gp, 3)([0.4], null)).toBe(createLogNoisyImprovement(gp, 3)([0.4], null));
  });
});

import { describe, expect, it } from "vitest";
import { expectAllclose } from "../numerics/allclose.ts";
import { createMatrix, dot, type Matrix, matrixFromRows, rowOf } from "../numerics/matrix.ts";
import { createRng } from "../numerics/rng.ts";
import golden from "./fixtures/botorch.json" with { type: "json" };
import { conditionGp, type Gp, jointPosterior, leaveOneOut, posteriorAt } from "./gp.ts";
import { covarianceMatrix, covarianceWith, type Kernel } from "./kernel.ts";
import { createLikelihood } from "./likelihood.ts";

const KERNELS = ["matern52", "matern32", "rbf"] as const;

/** By Gauss–Jordan elimination: the slow plain twin of the Cholesky path. */
function naiveInverse(a: Matrix): Matrix {
  const n = a.rows;
  const rows = Array.from({ length: n }, (_, i) => [
    ...rowOf(a, i),
    ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  ]);
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c; r < n; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[pivot]![c]!)) pivot = r;
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    const scale = rows[c]![c]!;
    rows[c] = rows[c]!.map((x) => x / scale);
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const share = rows[r]![c]!;
      rows[r] = rows[r]!.map((x, k) => x - share * rows[c]![k]!);
    }
  }
  return matrixFromRows(rows.map((row) => row.slice(n)));
}

function randomProblem(
  n: number,
  d: number,
): { inputs: Matrix; targets: number[]; noiseVariances: number[] } {
  const rng = createRng("gp", n, d);
  const inputs = createMatrix(n, d);
  for (let i = 0; i < n * d; i++) inputs.data[i] = rng.uniform();
  const targets = Array.from({ length: n }, () => rng.normal());
  return { inputs, targets, noiseVariances: targets.map(() => 0.01 + 0.1 * rng.uniform()) };
}

describe.each(KERNELS)("%s process", (name) => {
  const s = 1.7;
  const kernel = (d: number): Kernel => ({ name, lengthscale: [0.3, 0.5, 0.9].slice(0, d), outputscale: s });

  it("with one point has the closed form", () => {
    const [y, v, m] = [0.8, 0.3, 0.1];
    const data = { inputs: matrixFromRows([[0.4]]), targets: [y], noiseVariances: [v] };
    const gp = conditionGp(kernel(1), data, m);
    for (const x of [0, 0.4, 0.7]) {
      const k = covarianceWith(kernel(1), data.inputs, [x])[0]!;
      expectAllclose(posteriorAt(gp, [x]).mean, m + (k * (y - m)) / (s + v), { rtol: 1e-14 });
      expectAllclose(posteriorAt(gp, [x]).variance, s - (k * k) / (s + v), { rtol: 1e-13 });
    }
    const density = -0.5 * ((y - m) ** 2 / (s + v) + Math.log(2 * Math.PI * (s + v)));
    expectAllclose(gp.logMarginalLikelihood, density, { rtol: 1e-14 });
    expectAllclose(conditionGp(kernel(1), data, null).mean, y, { rtol: 1e-14 });
    expectAllclose(leaveOneOut(gp)[0]!.mean, m, { rtol: 1e-13 });
    expectAllclose(leaveOneOut(gp)[0]!.variance, s + v, { rtol: 1e-13 });
  });

  it("with two points has the closed form", () => {
    const inputs = matrixFromRows([[0.2], [0.5]]);
    const [y1, y2, v1, v2] = [0.6, -0.4, 0.1, 0.2];
    const gp = conditionGp(kernel(1), { inputs, targets: [y1, y2], noiseVariances: [v1, v2] }, 0);
    const c = covarianceWith(kernel(1), inputs, [0.2])[1]!;
    const determinant = (s + v1) * (s + v2) - c * c;
    const [k1, k2] = covarianceWith(kernel(1), inputs, [0.3]);
    const mean = (k1! * ((s + v2) * y1 - c * y2) + k2! * ((s + v1) * y2 - c * y1)) / determinant;
    const explained = (k1! ** 2 * (s + v2) - 2 * k1! * k2! * c + k2! ** 2 * (s + v1)) / determinant;
    expectAllclose(posteriorAt(gp, [0.3]).mean, mean, { rtol: 1e-13 });
    expectAllclose(posteriorAt(gp, [0.3]).variance, s - explained, { rtol: 1e-12 });
    const profiled = conditionGp(kernel(1), { inputs, targets: [y1, y2], noiseVariances: [v1, v2] }, null);
    expectAllclose(profiled.mean, ((s + v2 - c) * y1 + (s + v1 - c) * y2) / (2 * s + v1 + v2 - 2 * c), {
      rtol: 1e-13,
    });
  });

  it.each([
    [5, 1],
    [20, 3],
  ])("agrees with the dense inverse, n = %i, d = %i", (n, d) => {
    const data = randomProblem(n, d);
    const gp = conditionGp(kernel(d), data, 0.2);
    const sigma = covarianceMatrix(kernel(d), data.inputs);
    for (let i = 0; i < n; i++) sigma.data[i * n + i]! += data.noiseVariances[i]!;
    const inverse = naiveInverse(sigma);
    const residual = data.targets.map((y) => y - 0.2);
    const solved = residual.map((_, i) => dot(rowOf(inverse, i), residual));
    const { points, joint } = probes(gp, d);
    for (let p = 0; p < points.rows; p++) {
      const k = covarianceWith(kernel(d), data.inputs, rowOf(points, p));
      const weights = Array.from(k, (_, i) => dot(rowOf(inverse, i), k));
      const posterior = posteriorAt(gp, rowOf(points, p));
      expectAllclose(posterior.mean, 0.2 + dot(k, solved), { rtol: 1e-9, atol: 1e-10 });
      expectAllclose(posterior.variance, s - dot(k, weights), { rtol: 1e-8, atol: 1e-10 });
      expectAllclose(joint.mean[p]!, posterior.mean, { rtol: 1e-12 });
      expectAllclose(joint.covariance.data[p * points.rows + p]!, posterior.variance, { rtol: 1e-9 });
    }
  });

  it("has a fast likelihood that equals the plain one", () => {
    const data = randomProblem(12, 3);
    const theta = [0.3, 0.5, 0.9, s, 0.04].map(Math.log);
    for (const mean of [null, 0.3]) {
      const known = createLikelihood({ kernel: name, ...data, mean });
      expectAllclose(known(theta, null), conditionGp(kernel(3), data, mean).logMarginalLikelihood, {
        rtol: 1e-12,
      });
      const fitted = createLikelihood({ kernel: name, ...data, noiseVariances: null, mean });
      const same = { ...data, noiseVariances: data.targets.map(() => 0.04) };
      expectAllclose(fitted(theta, null), conditionGp(kernel(3), same, mean).logMarginalLikelihood, {
        rtol: 1e-12,
      });
    }
  });

  it("interpolates exact values, twins included", () => {
    const data = {
      inputs: matrixFromRows([[0.1], [0.5], [0.5], [0.9]]),
      targets: [1, -1, -1, 0.5],
      noiseVariances: [0, 0, 0, 0],
    };
    const gp = conditionGp(kernel(1), data, 0);
    expectAllclose(posteriorAt(gp, [0.5]).mean, -1, { rtol: 1e-8 });
    expectAllclose(posteriorAt(gp, [0.1]).mean, 1, { rtol: 1e-8 });
    expect(posteriorAt(gp, [0.5]).variance).toBeGreaterThan(0);
    expect(posteriorAt(gp, [0.5]).variance).toBeLessThan(1e-9);
  });

  it("predicts what is left out as without it", () => {
    const data = randomProblem(7, 1);
    const left = leaveOneOut(conditionGp(kernel(1), data, 0.2));
    left.forEach(({ mean, variance }, i) => {
      const without = (_: number, j: number): boolean => j !== i;
      const rest = conditionGp(
        kernel(1),
        {
          inputs: matrixFromRows(data.targets.map((_, j) => rowOf(data.inputs, j)).filter((_, j) => j !== i)),
          targets: data.targets.filter(without),
          noiseVariances: data.noiseVariances.filter(without),
        },
        0.2,
      );
      const posterior = posteriorAt(rest, rowOf(data.inputs, i));
      expectAllclose([mean, variance], [posterior.mean, posterior.variance + data.noiseVariances[i]!], {
        rtol: 1e-9,
      });
    });
  });
});

function probes(gp: Gp, d: number): { points: Matrix; joint: ReturnType<typeof jointPosterior> } {
  const points = randomProblem(6, d).inputs;
  return { points, joint: jointPosterior(gp, points) };
}

describe("BoTorch", () => {
  it.each(golden.map((row, i) => [i, row.kernel, row.inputs[0]!.length, row] as const))(
    "case %i: %s, d = %i: posterior, likelihood and leave-one-out",
    (_, __, ___, row) => {
      const { lengthscale, outputscale, mean } = row.hyperparameters;
      const kernel = { name: row.kernel as Kernel["name"], lengthscale, outputscale };
      const data = {
        inputs: matrixFromRows(row.inputs),
        targets: row.targets,
        noiseVariances: row.noiseVariances,
      };
      const gp = conditionGp(kernel, data, mean);
      const posteriors = row.points.map((x) => posteriorAt(gp, x));
      expectAllclose(
        posteriors.map((p) => p.mean),
        row.mean,
        { rtol: 1e-9, atol: 1e-11 },
      );
      expectAllclose(
        posteriors.map((p) => p.variance),
        row.variance,
        { rtol: 1e-9 },
      );
      expectAllclose(gp.logMarginalLikelihood, row.logMarginalLikelihood, { rtol: 1e-10 });
      const left = leaveOneOut(gp);
      expectAllclose(
        left.map((p) => p.mean),
        row.leaveOneOut.mean,
        { rtol: 1e-8, atol: 1e-10 },
      );
      expectAllclose(
        left.map((p) => p.variance),
        row.leaveOneOut.variance,
        { rtol: 1e-8 },
      );
      expect(gp.factor.jitter).toBe(0);
    },
  );
});

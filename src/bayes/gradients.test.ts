/** Every gradient of the laboratory against central differences. */
import { describe, expect, it } from "vitest";
import { expectAllclose } from "../numerics/allclose.ts";
import { createMatrix, type Matrix } from "../numerics/matrix.ts";
import { createRng } from "../numerics/rng.ts";
import { acquisitionAt, type ClosedFormName } from "./acquisition.ts";
import { conditionGp, posteriorGradientAt } from "./gp.ts";
import { searchFunction } from "./grid.ts";
import { covarianceWith, type Kernel } from "./kernel.ts";
import { createLikelihood } from "./likelihood.ts";
import { inputOf, newestOnly, pullBack, weightsOfSticks } from "./searchSpace.ts";

const KERNELS = ["matern52", "matern32", "rbf"] as const;
const STEP = 1e-5;

/** Central differences of f at x. */
function differences(f: (x: Float64Array) => number, x: ArrayLike<number>): Float64Array {
  return Float64Array.from(x, (xi, i) => {
    const up = Float64Array.from(x);
    const down = Float64Array.from(x);
    up[i] = xi + STEP;
    down[i] = xi - STEP;
    return (f(up) - f(down)) / (2 * STEP);
  });
}

function randomInputs(n: number, d: number): Matrix {
  const rng = createRng("inputs", n, d);
  const inputs = createMatrix(n, d);
  for (let i = 0; i < n * d; i++) inputs.data[i] = rng.uniform();
  return inputs;
}

function kernelOf(name: Kernel["name"], d: number): Kernel {
  return { name, lengthscale: [0.3, 0.7, 1.1].slice(0, d), outputscale: 1.4 };
}

const targetsOf = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => Math.sin(2.1 * i));

describe.each(KERNELS)("%s", (name) => {
  it.each([1, 3])("∂k/∂a, d = %i", (d) => {
    const inputs = randomInputs(6, d);
    const kernel = kernelOf(name, d);
    const a = [0.21, 0.55, 0.83].slice(0, d);
    const gradients = createMatrix(6, d);
    covarianceWith(kernel, inputs, a, gradients);
    for (let i = 0; i < 6; i++) {
      const expected = differences((x) => covarianceWith(kernel, inputs, x)[i]!, a);
      expectAllclose(gradients.data.slice(i * d, (i + 1) * d), expected, { rtol: 1e-6, atol: 1e-8 });
    }
  });

  it.each([
    [1, null, null],
    [3, null, null],
    [3, 0.2, null],
    [1, null, 0.05],
    [3, null, 0.05],
  ] as const)("∂LML/∂θ, d = %s, mean %s, known noise %s", (d, mean, known) => {
    const n = 9;
    const noiseVariances = known === null ? null : new Float64Array(n).fill(known);
    const likelihood = createLikelihood({
      kernel: name,
      inputs: randomInputs(n, d),
      targets: targetsOf(n),
      noiseVariances,
      mean,
    });
    const theta = [-0.9, -0.3, 0.4].slice(0, d).concat([0.3, -2.5]);
    const gradient = new Float64Array(d + 2);
    likelihood(theta, gradient);
    expectAllclose(
      gradient,
      differences((x) => likelihood(x, null), theta),
      { rtol: 1e-6, atol: 1e-7 },
    );
    expect(gradient[d + 1] === 0).toBe(known !== null);
  });

  it.each([1, 3])("∇μ and ∇σ², d = %i", (d) => {
    const n = 8;
    const data = {
      inputs: randomInputs(n, d),
      targets: targetsOf(n),
      noiseVariances: targetsOf(n).map(() => 0.02),
    };
    const gp = conditionGp(kernelOf(name, d), data, null);
    const x = [0.37, 0.61, 0.12].slice(0, d);
    const { meanGradient, varianceGradient } = posteriorGradientAt(gp, x);
    expectAllclose(
      meanGradient,
      differences((at) => posteriorGradientAt(gp, at).mean, x),
      { rtol: 1e-6, atol: 1e-8 },
    );
    expectAllclose(
      varianceGradient,
      differences((at) => posteriorGradientAt(gp, at).variance, x),
      {
        rtol: 1e-6,
        atol: 1e-8,
      },
    );
  });

  it.each(["ei", "logei", "pi", "ucb"] as const)("∇ of the searched form of %s", (acquisition) => {
    const n = 8;
    const data = {
      inputs: randomInputs(n, 3),
      targets: targetsOf(n),
      noiseVariances: targetsOf(n).map(() => 0.02),
    };
    const gp = conditionGp(kernelOf(name, 3), data, null);
    const f = searchFunction(gp, acquisition, { bestF: 1, beta: 2 });
    const x = [0.37, 0.61, 0.12];
    const gradient = new Float64Array(3);
    f(x, gradient);
    expectAllclose(
      gradient,
      differences((at) => f(at, null), x),
      { rtol: 1e-6, atol: 1e-8 },
    );
  });
});

describe("acquisition functions", () => {
  const names: readonly ClosedFormName[] = ["ei", "logei", "pi", "logpi", "ucb"];
  it.each(names)("∂%s/∂μ and ∂σ, near and in the tail", (name) => {
    for (const mean of [1.3, 0.2, -0.4, -2.5, -9]) {
      const at = (x: Float64Array): number =>
        acquisitionAt(name, { mean: x[0]!, std: x[1]! }, { bestF: 0.5, beta: 2 }).value;
      const { byMean, byStd } = acquisitionAt(name, { mean, std: 0.6 }, { bestF: 0.5, beta: 2 });
      expectAllclose([byMean, byStd], differences(at, [mean, 0.6]), { rtol: 1e-6, atol: 1e-14 });
    }
  });
});

describe("pullBack", () => {
  it.each([2, 3, 5])("is the chain rule through the sticks of %i parents", (parents) => {
    const space = { parents, alpha: 0.3 };
    const sticks = [0.4, 0.7, 0.2, 0.9].slice(0, parents - 1);
    const slopes = [1.5, -0.7, 0.3, 2.2, -1.1].slice(0, inputOf(newestOnly(space)).length);
    const f = (v: Float64Array): number =>
      inputOf(weightsOfSticks(space, v)).reduce((sum, weight, i) => sum + slopes[i]! * weight ** 2, 0);
    const inputGradient = inputOf(weightsOfSticks(space, sticks)).map((weight, i) => 2 * slopes[i]! * weight);
    expectAllclose(pullBack(space, sticks, inputGradient), differences(f, sticks), {
      rtol: 1e-7,
      atol: 1e-9,
    });
  });
});

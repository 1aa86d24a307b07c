/** Every operator's rule of differentiation against PyTorch's gradients, run by onnxruntime; tools/golden wrote the numbers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { addGradients } from "../model/gradient/gradient.ts";
import { RULES } from "../model/gradient/rules.ts";
import { encodeModel } from "../model/onnx/encode.ts";
import { GraphBuilder, type Value } from "../model/onnx/graphBuilder.ts";

type Numbers = { readonly shape: readonly number[]; readonly values: readonly number[] };
const golden: {
  readonly rotary: { readonly cos: readonly number[]; readonly sin: readonly number[] };
  readonly cases: readonly {
    readonly name: string;
    readonly inputs: readonly Numbers[];
    readonly upstream: Numbers;
    readonly result: readonly number[];
    readonly gradients: readonly (readonly number[])[];
  }[];
} = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/operatorGradients.json"), "utf8"));

/** fp32 on both sides, a handful of operations. */
const TOLERANCE = 1e-5;

type Build = (graph: GraphBuilder, inputs: readonly Value[]) => Value;
const norm = { axis: -1, epsilon: { float: 1e-5 } };
const plain =
  (operator: string, attributes = {}): Build =>
  (graph, inputs) =>
    graph.apply(operator, inputs, attributes);

const BUILDS: Readonly<Record<string, Build>> = {
  add: plain("Add"),
  sub: plain("Sub"),
  mul: plain("Mul"),
  div: plain("Div"),
  max: plain("Max"),
  min: plain("Min"),
  exp: plain("Exp"),
  log: plain("Log"),
  abs: plain("Abs"),
  relu: plain("Relu"),
  clip: (graph, [a]) => graph.apply("Clip", [a!, graph.scalar(-0.5), graph.scalar(0.5)]),
  sigmoid: plain("Sigmoid"),
  gelu: plain("Gelu", { approximate: "none" }),
  geluTanh: plain("Gelu", { approximate: "tanh" }),
  softmax: plain("Softmax", { axis: -1 }),
  layerNorm: plain("LayerNormalization", norm),
  layerNorm3: plain("LayerNormalization", norm),
  rmsNorm: plain("SimplifiedLayerNormalization", norm),
  gemm: plain("Gemm"),
  gemmTurned: plain("Gemm", { transB: 1 }),
  matMul: plain("MatMul"),
  transpose: plain("Transpose", { perm: [2, 0, 1] }),
  reshape: (graph, [a]) => graph.apply("Reshape", [a!, graph.integers(6, 4)]),
  unsqueeze: (graph, [a]) => graph.apply("Unsqueeze", [a!, graph.integers(1)]),
  split: (graph, [a]) => graph.applyMany("Split", [a!], 3, { axis: 1, num_outputs: 3 })[1]!,
  gather: (graph, [a]) => graph.apply("Gather", [a!, graph.constant("int32", [2, 2], [4, 0, 1, 4])]),
  reduceSum: (graph, [a]) => graph.apply("ReduceSum", [a!, graph.integers(1)], { keepdims: 0 }),
  reduceSumKept: (graph, [a]) => graph.apply("ReduceSum", [a!, graph.integers(0, 2)]),
  reduceMax: (graph, [a]) => graph.apply("ReduceMax", [a!, graph.integers(1)]),
  reduceL2: (graph, [a]) => graph.apply("ReduceL2", [a!, graph.integers(1)], { keepdims: 0 }),
  rotary: (graph, [a]) =>
    graph.apply(
      "RotaryEmbedding",
      [
        a!,
        graph.constant("int64", [2, 3], [0, 1, 2, 0, 1, 2]),
        graph.constant("float32", [5, 2], golden.rotary.cos),
        graph.constant("float32", [5, 2], golden.rotary.sin),
      ],
      { num_heads: 2, rotary_embedding_dim: 4 },
      "com.microsoft",
    ),
};

/** Rules that hand a gradient on as it is. */
const TRIVIAL = ["Identity", "Cast"];

test("every rule has a case", () => {
  const used = new Set<string>();
  for (const { name, inputs } of golden.cases) {
    const graph = new GraphBuilder();
    BUILDS[name]!(
      graph,
      inputs.map(({ shape }, i) => graph.input(`x${i}`, "float32", shape)),
    );
    for (const { operator } of graph.build("").nodes) used.add(operator);
  }
  expect([...RULES.keys()].filter((operator) => !used.has(operator)).sort()).toEqual(TRIVIAL.toSorted());
});

describe.each(golden.cases)("$name", ({ name, inputs, upstream, result, gradients }) => {
  test("gives PyTorch's result and gradients", async () => {
    const graph = new GraphBuilder();
    const values = inputs.map(({ shape }, i) => graph.input(`x${i}`, "float32", shape));
    const y = BUILDS[name]!(graph, values);
    const weighted = graph.apply("Mul", [y, graph.constant("float32", upstream.shape, upstream.values)]);
    const slopes = addGradients(graph, weighted, values);
    graph.output(y, "y", "float32", upstream.shape);
    for (const [i, slope] of slopes.entries()) graph.output(slope, `g${i}`, "float32", inputs[i]!.shape);
    const session = await ort.InferenceSession.create(encodeModel(graph.build(name)), {
      logSeverityLevel: 3,
    });
    const feeds = Object.fromEntries(
      inputs.map(({ shape, values: numbers }, i) => [
        `x${i}`,
        new ort.Tensor("float32", Float32Array.from(numbers), shape),
      ]),
    );
    const outputs = await session.run(feeds);
    expectNear(outputs.y!.data, result);
    for (const [i, expected] of gradients.entries()) {
      expect(outputs[`g${i}`]!.dims).toEqual(inputs[i]!.shape);
      expectNear(outputs[`g${i}`]!.data, expected);
    }
    await session.release();
  });
});

test("an operator without a rule is named", () => {
  const graph = new GraphBuilder();
  const x = graph.input("x", "float32", [2, 3]);
  const least = graph.apply("ArgMax", [x], { axis: 1, keepdims: 0 });
  expect(() => addGradients(graph, least, [x])).toThrow("ArgMax has no gradient");
});

function expectNear(found: ort.Tensor["data"], expected: readonly number[]): void {
  const numbers = found as Float32Array;
  expect(numbers).toHaveLength(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(numbers[i]! - value)).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(value)));
}

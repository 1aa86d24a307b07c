/**
 * Every rule of differentiation alone, run by onnxruntime: against PyTorch's backward pass in double precision, and against
 * central differences of the forward graph. Then what no rule covers.
 */
import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { encodeModel } from "../onnx/encode.ts";
import { type Extent, GraphBuilder, type Value } from "../onnx/graphBuilder.ts";
import { NAMED_EXTENTS, OPERATOR_GRAPHS } from "./fixtures/operatorGraphs.ts";
import { addGradients } from "./gradient.ts";
import { RULES } from "./rules.ts";

/** Of the largest element: some units in the last place of fp32, 6e-8, for sums of up to 30 products. */
const TORCH_TOLERANCE = 2e-6;
/** Step of differences: halfway between their error, in proportion to its square, and fp32's, 1e-7 over it. */
const STEP = 5e-3;
const DIFFERENCE_TOLERANCE = 1e-3;

type Listed = { readonly shape: readonly number[]; readonly values: readonly number[] };
type Golden = {
  readonly inputs: readonly Listed[];
  readonly indices: Listed | null;
  readonly upstream: Listed;
  readonly result: Listed;
  /** Of the first inputs. */
  readonly gradients: readonly Listed[];
};

const { cases }: { readonly cases: Readonly<Record<string, Golden>> } = JSON.parse(
  readFileSync(new URL("./fixtures/operators.json", import.meta.url), "utf8"),
);

test("every case of the golden file has its graph, and every rule its case", () => {
  expect(Object.keys(OPERATOR_GRAPHS)).toEqual(Object.keys(cases));
  const used = Object.entries(cases).flatMap(([name, golden]) =>
    buildCase(name, golden)
      .graph.build("")
      .nodes.map(({ operator }) => operator),
  );
  for (const operator of RULES.keys()) expect(used).toContain(operator);
});

describe.each(Object.entries(cases))("%s", (name, golden) => {
  test("as PyTorch", async () => {
    const { gradients, result } = await runCase(name, golden);
    expect(furthest(result, golden.result.values)).toBeLessThan(TORCH_TOLERANCE);
    expect(gradients).toHaveLength(golden.gradients.length);
    for (const [i, { values }] of golden.gradients.entries())
      expect(furthest(gradients[i]!, values), `of input ${i}`).toBeLessThan(TORCH_TOLERANCE);
  });

  test("as differences of the forward graph", async () => {
    const slopes = await measureSlopes(name, golden);
    for (const [i, { values }] of golden.gradients.entries())
      expect(furthest(slopes[i]!, values), `of input ${i}`).toBeLessThan(DIFFERENCE_TOLERANCE);
  });
});

test.each(Object.entries(NAMED_EXTENTS))("%s, extents unknown before the run", async (name, extents) => {
  const { gradients } = await runCase(name, cases[name]!, extents);
  for (const [i, { values }] of cases[name]!.gradients.entries())
    expect(furthest(gradients[i]!, values), `of input ${i}`).toBeLessThan(TORCH_TOLERANCE);
});

describe("a graph", () => {
  const start = () => {
    const graph = new GraphBuilder();
    return { graph, x: graph.input("x", "float32", [3]), y: graph.input("y", "float32", [3]) };
  };

  test("with an operator that has no rule is refused by its name", () => {
    const { graph, x } = start();
    const turned = graph.apply("Neg", [x]);
    // Its shape is not known either, whichever is noticed first.
    expect(() => addGradients(graph, turned, [x])).toThrow(
      expect.objectContaining({ tag: "unsupported", message: expect.stringContaining("Neg") }),
    );
  });

  test("whose result does not depend on a value is refused", () => {
    const { graph, x, y } = start();
    expect(() => addGradients(graph, graph.apply("Exp", [x]), [y])).toThrow(
      expect.objectContaining({ tag: "usage", message: expect.stringContaining('"y"') }),
    );
  });

  test("gains nothing for parts that depend on nothing wanted", () => {
    const { graph, x, y } = start();
    const still = graph.apply("Exp", [graph.apply("Log", [graph.apply("Abs", [y])])]);
    const product = graph.apply("Mul", [x, still]);
    const before = graph.build("").nodes.length;
    addGradients(graph, product, [x]);
    const added = graph.build("").nodes.slice(before);
    expect(added.map(({ operator }) => operator)).toEqual(["Shape", "Expand", "Mul"]);
  });

  test("can be differentiated by what is in its middle", async () => {
    const graph = new GraphBuilder();
    const x = graph.input("x", "float32", [3]);
    const middle = graph.apply("Exp", [x]);
    const [gradient] = addGradients(graph, graph.apply("Mul", [middle, middle]), [middle]);
    graph.output(gradient!, "gradient", "float32", [3]);
    const session = await open(graph);
    const outputs = await session.run({ x: new Tensor("float32", Float32Array.from([0, 1, -1]), [3]) });
    expect(furthest(numbersOf(outputs, "gradient"), [2, 2 * Math.E, 2 / Math.E])).toBeLessThan(1e-6);
    await session.release();
  });
});

type Case = { readonly graph: GraphBuilder; readonly inputs: readonly Value[]; readonly result: Value };

/** The case's graph with its inputs `x0`, `x1`, …; its indices are a constant, or it has none. */
function buildCase(
  name: string,
  { inputs, indices }: Golden,
  extents?: readonly (readonly Extent[])[],
): Case {
  const graph = new GraphBuilder();
  const values = inputs.map(({ shape }, i) => graph.input(`x${i}`, "float32", extents?.[i] ?? shape));
  // Positions are int64 for the rotary embedding; rows and places are int32, as in the decoder.
  const type = name.startsWith("Rotary") ? "int64" : "int32";
  const picked = indices === null ? null : graph.constant(type, indices.shape, indices.values);
  return { graph, inputs: values, result: OPERATOR_GRAPHS[name]!(graph, values, picked) };
}

/** Gradients of Σ upstream · result, which is how any upstream gradient reaches the operator. */
async function runCase(name: string, golden: Golden, extents?: readonly (readonly Extent[])[]) {
  const { graph, inputs, result } = buildCase(name, golden, extents);
  const upstream = graph.constant("float32", golden.upstream.shape, golden.upstream.values);
  const weighted = graph.apply("Mul", [result, upstream]);
  const wanted = inputs.slice(0, golden.gradients.length);
  for (const [i, gradient] of addGradients(graph, weighted, wanted).entries())
    graph.output(gradient, `g${i}`, "float32", golden.gradients[i]!.shape);
  graph.output(result, "result", "float32", golden.result.shape);
  const session = await open(graph);
  const outputs = await session.run(feedsOf(golden));
  await session.release();
  for (const [i, { shape }] of golden.gradients.entries()) expect(outputs[`g${i}`]!.dims).toEqual(shape);
  return {
    gradients: golden.gradients.map((_, i) => numbersOf(outputs, `g${i}`)),
    result: numbersOf(outputs, "result"),
  };
}

/** Of Σ upstream · result, summed in double precision, for every element of every input that has a gradient. */
async function measureSlopes(name: string, golden: Golden): Promise<readonly (readonly number[])[]> {
  const { graph, result } = buildCase(name, golden);
  graph.output(result, "result", "float32", golden.result.shape);
  const session = await open(graph);
  const at = async (input: number, element: number, shift: number): Promise<number> => {
    const feeds = feedsOf(golden);
    (feeds[`x${input}`]!.data as Float32Array)[element]! += shift;
    const values = numbersOf(await session.run(feeds), "result");
    return values.reduce((sum, value, i) => sum + value * golden.upstream.values[i]!, 0);
  };
  const slopes: number[][] = [];
  for (const [input, { values }] of golden.gradients.entries()) {
    const own: number[] = [];
    for (let i = 0; i < values.length; i++)
      own.push(((await at(input, i, STEP)) - (await at(input, i, -STEP))) / (2 * STEP));
    slopes.push(own);
  }
  await session.release();
  return slopes;
}

function open(graph: GraphBuilder): Promise<InferenceSession> {
  return InferenceSession.create(encodeModel(graph.build("test")), { intraOpNumThreads: 1 });
}

function feedsOf({ inputs }: Golden): Record<string, Tensor> {
  return Object.fromEntries(
    inputs.map(({ shape, values }, i) => [
      `x${i}`,
      new Tensor("float32", Float32Array.from(values), [...shape]),
    ]),
  );
}

function numbersOf(outputs: Readonly<Record<string, Tensor>>, name: string): readonly number[] {
  return Array.from(outputs[name]!.data as Float32Array);
}

/** Largest difference, as a share of the largest expected number. NaN for lists of other lengths. */
function furthest(values: readonly number[], expected: readonly number[]): number {
  if (values.length !== expected.length) return Number.NaN;
  const scale = Math.max(...expected.map(Math.abs), 1e-3);
  return Math.max(...values.map((value, i) => Math.abs(value - expected[i]!))) / scale;
}

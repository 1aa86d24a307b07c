import { InferenceSession, Tensor } from "onnxruntime-node";
import { PbfReader } from "pbf";
import { describe, expect, test } from "vitest";
import { encodeModel } from "./encode.ts";
import { GraphBuilder } from "./graphBuilder.ts";

async function run(graph: GraphBuilder, feeds: Readonly<Record<string, Tensor>>) {
  const session = await InferenceSession.create(encodeModel(graph.build("test")));
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

const numbers = (...values: readonly number[]) =>
  new Tensor("float32", Float32Array.from(values), [values.length]);

describe("encoded graphs run in onnxruntime", () => {
  test("constants of every type, and attributes that are integers, negative ones too", async () => {
    const graph = new GraphBuilder();
    const x = graph.input("x", "float32", ["N"]);
    const table = graph.constant("float32", [2, 2], [1, 2, 3, 4]);
    const rows = graph.apply("Gather", [table, graph.constant("int32", [2], [1, 0])], { axis: 0 });
    const sums = graph.apply("ReduceSum", [rows, graph.integers(-1)], { keepdims: 0 });
    const scaled = graph.apply("Mul", [graph.apply("Add", [x, sums]), graph.scalar(-0.5)]);
    graph.output(graph.apply("Concat", [scaled, x], { axis: -1 }), "y", "float32", ["M"]);
    const { y } = await run(graph, { x: numbers(10, 20) });
    expect(y!.data).toEqual(Float32Array.from([-8.5, -11.5, 10, 20]));
  });

  test("attributes that are floats, lists and strings", async () => {
    const graph = new GraphBuilder();
    const x = graph.input("x", "float32", [2, "N"]);
    const turned = graph.apply("Transpose", [x], { perm: [1, 0] });
    const leaky = graph.apply("LeakyRelu", [turned], { alpha: { float: 0.25 } });
    graph.output(leaky, "y", "float32", ["N", 2]);
    graph.output(graph.apply("Gelu", [x], { approximate: "tanh" }), "tanh", "float32", [2, "N"]);
    graph.output(graph.apply("Gelu", [x], { approximate: "none" }), "none", "float32", [2, "N"]);
    const { y, tanh, none } = await run(graph, {
      x: new Tensor("float32", Float32Array.from([-4, 1, 2, 3]), [2, 2]),
    });
    expect(y!.data).toEqual(Float32Array.from([-1, 2, 1, 3]));
    expect(none!.data[1]).toBeCloseTo(0.841345, 6);
    expect(tanh!.data[1]).toBeCloseTo(0.841192, 6);
  });

  test("several results, inputs left out and onnxruntime's own operators", async () => {
    const graph = new GraphBuilder();
    const x = graph.input("x", "float32", ["N"]);
    const [first, second] = graph.applyMany("Split", [x], 2, { axis: 0, num_outputs: 2 });
    graph.output(graph.apply("Clip", [first!, null, graph.scalar(1)]), "clipped", "float32", ["M"]);
    graph.output(graph.apply("FastGelu", [second!], {}, "com.microsoft"), "fast", "float32", ["M"]);
    const { clipped, fast } = await run(graph, { x: numbers(-3, 5, 0, 1) });
    expect(clipped!.data).toEqual(Float32Array.from([-3, 1]));
    expect(fast!.data[1]).toBeCloseTo(0.841192, 6);
  });
});

test("equal small constants are stored once, and onnxruntime's operators are asked for only when used", () => {
  const graph = new GraphBuilder();
  const x = graph.input("x", "float32", ["N"]);
  const sum = graph.apply("Add", [graph.apply("Add", [x, graph.scalar(2)]), graph.scalar(2)]);
  graph.output(sum, "y", "float32", ["N"]);
  expect(graph.build("test").constants.length).toBe(1);
  const opsets: string[] = [];
  const readDomain = (field: number, domains: string[], pbf: PbfReader) => {
    if (field === 1) domains.push(pbf.readString());
  };
  const readModel = (field: number, domains: string[], pbf: PbfReader) => {
    if (field === 8) pbf.readMessage(readDomain, domains);
  };
  new PbfReader(encodeModel(graph.build("test"))).readFields(readModel, opsets);
  expect(opsets).toEqual([""]);
});

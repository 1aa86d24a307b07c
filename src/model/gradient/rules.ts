/**
 * What a change of each operator's result says of its inputs. G is the gradient of the result, x and y operands, each
 * formula beside its rule. Runs everywhere.
 */
import type { Attribute, GraphBuilder, Value } from "../onnx/graphBuilder.ts";
import { type GradientOf, input, own, type Rule, result, sumTo, unsupported } from "./backward.ts";
import { elementwise } from "./elementwise.ts";
import { normalisations } from "./normalisations.ts";

/** TensorProto.DataType, as the operator Cast wants it. */
const INT64 = 7;
/** Stands for a length of 0 where one is divided by: shorter than any that fp32 squares can sum to. */
const SHORTEST = 1e-30;

const structural: readonly (readonly [string, Rule])[] = [
  // A view of the same elements.
  ["Reshape", (given) => [reshapeLike(given, result(given), input(given, 0)), null]],
  ["Unsqueeze", (given) => [reshapeLike(given, result(given), input(given, 0)), null]],
  ["Identity", (given) => [result(given)]],
  ["Cast", (given) => [result(given)]],
  // The inverse permutation.
  [
    "Transpose",
    (given) => {
      const perm = given.node.attributes.perm as readonly number[];
      return [
        given.graph.apply("Transpose", [result(given)], { perm: perm.map((_, axis) => perm.indexOf(axis)) }),
      ];
    },
  ],
  // Parts beside each other again; a part that nothing depends on is 0.
  [
    "Split",
    ({ graph, node, outputs }) => {
      const parts = node.outputs.map((name, i) => outputs[i] ?? zerosLike(graph, { name }));
      return [graph.apply("Concat", parts, { axis: node.attributes.axis as number })];
    },
  ],
  // Rows are added to where they were taken from; a row taken twice gets both.
  [
    "Gather",
    (given) => {
      const { graph } = given;
      if ((given.node.attributes.axis ?? 0) !== 0)
        throw unsupported(given, "along another axis than the first");
      const indices = graph.apply("Cast", [input(given, 1)], { to: INT64 });
      const rank = given.shapes.get(given.node.inputs[1]!)!.length;
      const places = graph.apply("Unsqueeze", [indices, graph.integers(rank)]);
      const zeros = zerosLike(graph, input(given, 0));
      return [graph.apply("ScatterND", [zeros, places, result(given)], { reduction: "add" }), null];
    },
  ],
  // Y = A Bᵀ + c: dA = G B, dB = Gᵀ A, dc = Σ rows of G; Y = A B + c: dA = G Bᵀ, dB = Aᵀ G.
  [
    "Gemm",
    (given) => {
      const { graph, node, wanted } = given;
      const [a, b, g] = [input(given, 0), input(given, 1), result(given)];
      if (node.attributes.transA === 1) throw unsupported(given, "with its first matrix turned");
      if ((node.attributes.alpha ?? node.attributes.beta) !== undefined)
        throw unsupported(given, "with scaled products");
      const turned = node.attributes.transB === 1;
      const product = (left: Value, right: Value, attributes: Readonly<Record<string, Attribute>>) =>
        graph.apply("Gemm", [left, right], attributes);
      return [
        wanted[0] ? product(g, b, turned ? {} : { transB: 1 }) : null,
        wanted[1] ? (turned ? product(g, a, { transA: 1 }) : product(a, g, { transA: 1 })) : null,
        wanted[2] ? graph.apply("ReduceSum", [g, graph.integers(0)], { keepdims: 0 }) : null,
      ];
    },
  ],
  // Y = A B: dA = G Bᵀ, dB = Aᵀ G, for every matrix of the batch.
  [
    "MatMul",
    (given) => {
      const { graph, wanted } = given;
      const [a, b, g] = [input(given, 0), input(given, 1), result(given)];
      const turn = (value: Value, place: number) => {
        const rank = given.shapes.get(given.node.inputs[place]!)!.length;
        const axes = Array.from({ length: rank }, (_, axis) => axis);
        return graph.apply("Transpose", [value], { perm: [...axes.slice(0, -2), rank - 1, rank - 2] });
      };
      return [
        wanted[0] ? sumTo(given, graph.apply("MatMul", [g, turn(b, 1)]), 0) : null,
        wanted[1] ? sumTo(given, graph.apply("MatMul", [turn(a, 0), g]), 1) : null,
      ];
    },
  ],
  // Every summand gets the sum's gradient.
  ["ReduceSum", (given) => [expandLike(given, withAxes(given, result(given)), input(given, 0)), null]],
  // Those that are the largest; equals would each get all of it, which the shift of a softmax cancels.
  [
    "ReduceMax",
    (given) => {
      const { graph } = given;
      const isLargest = graph.apply(
        "Cast",
        [graph.apply("Equal", [input(given, 0), withAxes(given, own(given))])],
        {
          to: 1,
        },
      );
      return [graph.apply("Mul", [isLargest, withAxes(given, result(given))]), null];
    },
  ],
  // y = √Σx²: dx = G x / y; 0 where y is 0, which has no slope
  [
    "ReduceL2",
    (given) => {
      const { graph } = given;
      const length = graph.apply("Max", [own(given), graph.scalar(SHORTEST)]);
      const ratio = graph.apply("Div", [result(given), length]);
      return [graph.apply("Mul", [input(given, 0), withAxes(given, ratio)]), null];
    },
  ],
  // Rotation backwards: the sine changes its sign (the map is linear, its transpose turns the other way).
  [
    "RotaryEmbedding",
    (given) => {
      const { graph, node } = given;
      const back = graph.apply("Neg", [input(given, 3)]);
      const inputs = [result(given), input(given, 1), input(given, 2), back];
      return [graph.apply("RotaryEmbedding", inputs, node.attributes, node.domain), null, null, null];
    },
  ],
];

/** By operator. */
export const RULES: ReadonlyMap<string, Rule> = new Map([...structural, ...elementwise, ...normalisations]);

function zerosLike(graph: GraphBuilder, value: Value): Value {
  return graph.apply("Expand", [graph.scalar(0), graph.apply("Shape", [value])]);
}

function reshapeLike({ graph }: GradientOf, gradient: Value, like: Value): Value {
  return graph.apply("Reshape", [gradient, graph.apply("Shape", [like])]);
}

function expandLike({ graph }: GradientOf, gradient: Value, like: Value): Value {
  return graph.apply("Expand", [gradient, graph.apply("Shape", [like])]);
}

/** A reduced value with its axes of extent 1 back. */
function withAxes(given: GradientOf, value: Value): Value {
  const { graph, node, shapes } = given;
  if (node.attributes.keepdims !== 0) return value;
  const axes = { name: node.inputs[1]! };
  if (shapes.get(node.inputs[0]!) === undefined) throw unsupported(given, "of unknown shape");
  return graph.apply("Unsqueeze", [value, axes]);
}

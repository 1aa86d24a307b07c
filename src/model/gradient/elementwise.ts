/** Gradients of operators that work element by element, and of the softmax. Runs everywhere. */
import type { Value } from "../onnx/graphBuilder.ts";
import { checkLastAxis, type GradientOf, input, own, type Rule, result, sumTo } from "./backward.ts";

/** TensorProto.DataType of float32. */
const FLOAT32 = 1;

/** By operator. */
export const elementwise: readonly (readonly [string, Rule])[] = [
  [
    "Add",
    (given) => [0, 1].map((place) => (given.wanted[place] ? sumTo(given, result(given), place) : null)),
  ],
  [
    "Sub",
    (given) => [
      given.wanted[0] ? sumTo(given, result(given), 0) : null,
      given.wanted[1] ? sumTo(given, given.graph.apply("Neg", [result(given)]), 1) : null,
    ],
  ],
  // dx = G y, dy = G x
  [
    "Mul",
    (given) =>
      [0, 1].map((place) =>
        given.wanted[place]
          ? sumTo(given, given.graph.apply("Mul", [result(given), input(given, 1 - place)]), place)
          : null,
      ),
  ],
  // z = x/y: dx = G/y, dy = −G z/y
  [
    "Div",
    (given) => {
      const { graph, wanted } = given;
      const share = graph.apply("Div", [result(given), input(given, 1)]);
      const back = () => graph.apply("Neg", [graph.apply("Mul", [share, own(given)])]);
      return [wanted[0] ? sumTo(given, share, 0) : null, wanted[1] ? sumTo(given, back(), 1) : null];
    },
  ],
  // Whoever gave the result; of equals both.
  ["Max", chosen],
  ["Min", chosen],
  ["Exp", (given) => [given.graph.apply("Mul", [result(given), own(given)])]],
  ["Log", (given) => [given.graph.apply("Div", [result(given), input(given, 0)])]],
  [
    "Abs",
    (given) => [given.graph.apply("Mul", [result(given), given.graph.apply("Sign", [input(given, 0)])])],
  ],
  // 1 above 0, else 0
  [
    "Relu",
    (given) => [masked(given, given.graph.apply("Greater", [input(given, 0), given.graph.scalar(0)]))],
  ],
  // 1 where nothing was clipped
  ["Clip", (given) => [masked(given, given.graph.apply("Equal", [input(given, 0), own(given)])), null, null]],
  // y = σ(x): dx = G y (1 − y)
  [
    "Sigmoid",
    (given) => {
      const { graph } = given;
      const rest = graph.apply("Sub", [graph.scalar(1), own(given)]);
      return [graph.apply("Mul", [result(given), graph.apply("Mul", [own(given), rest])])];
    },
  ],
  ["Gelu", (given) => [given.graph.apply("Mul", [result(given), geluSlope(given)])]],
  // y = softmax(x) along the last axis: dx = y (G − Σ G y)
  [
    "Softmax",
    (given) => {
      const { graph } = given;
      checkLastAxis(given);
      const weighted = graph.apply("Mul", [result(given), own(given)]);
      const total = graph.apply("ReduceSum", [weighted, graph.integers(-1)]);
      return [graph.apply("Mul", [own(given), graph.apply("Sub", [result(given), total])])];
    },
  ],
];

function chosen(given: GradientOf): readonly (Value | null)[] {
  return given.node.inputs.map((_, place) =>
    given.wanted[place]
      ? sumTo(given, masked(given, given.graph.apply("Equal", [input(given, place), own(given)])), place)
      : null,
  );
}

function masked({ graph, outputs }: GradientOf, condition: Value): Value {
  return graph.apply("Mul", [outputs[0]!, graph.apply("Cast", [condition], { to: FLOAT32 })]);
}

/**
 * erf form, x Φ(x): Φ(x) + x φ(x). tanh form, ½x(1 + t), t = tanh u, u = √(2/π)(x + 0.044715x³):
 * ½(1 + t) + ½x(1 − t²)u′, u′ = √(2/π)(1 + 0.134145x²).
 */
function geluSlope(given: GradientOf): Value {
  const { graph, node } = given;
  const x = input(given, 0);
  const times = (value: Value, factor: number) => graph.apply("Mul", [value, graph.scalar(factor)]);
  const plus = (value: Value, summand: number) => graph.apply("Add", [value, graph.scalar(summand)]);
  const square = graph.apply("Mul", [x, x]);
  if (node.attributes.approximate === "tanh") {
    const inner = graph.apply("Mul", [times(x, Math.sqrt(2 / Math.PI)), plus(times(square, 0.044715), 1)]);
    const t = graph.apply("Tanh", [inner]);
    const slope = times(plus(times(square, 3 * 0.044715), 1), Math.sqrt(2 / Math.PI));
    const rest = graph.apply("Sub", [graph.scalar(1), graph.apply("Mul", [t, t])]);
    const second = times(graph.apply("Mul", [graph.apply("Mul", [x, rest]), slope]), 0.5);
    return graph.apply("Add", [times(plus(t, 1), 0.5), second]);
  }
  const below = times(plus(graph.apply("Erf", [times(x, Math.SQRT1_2)]), 1), 0.5);
  const density = times(graph.apply("Exp", [times(square, -0.5)]), 1 / Math.sqrt(2 * Math.PI));
  return graph.apply("Add", [below, graph.apply("Mul", [x, density])]);
}

/** Gradients of LayerNorm and RMSNorm along the last axis. Runs everywhere. */
import type { GraphBuilder, Value } from "../onnx/graphBuilder.ts";
import { checkLastAxis, type GradientOf, input, type Rule, result } from "./backward.ts";

/** By operator. */
export const normalisations: readonly (readonly [string, Rule])[] = [
  // n = (x − mean)/√(var + ε), y = n γ + β, h = G γ: dx = (h − mean h − n mean(h n))/√(var + ε), dγ = Σ G n, dβ = Σ G
  ["LayerNormalization", (given) => normalised(given, true)],
  // n = x/√(mean x² + ε): the same without centring
  ["SimplifiedLayerNormalization", (given) => normalised(given, false)],
];

function normalised(given: GradientOf, isCentred: boolean): readonly (Value | null)[] {
  checkLastAxis(given);
  const { graph, node, wanted } = given;
  const [x, gain, g] = [input(given, 0), input(given, 1), result(given)];
  const { float: epsilon } = node.attributes.epsilon as { readonly float: number };
  const product = (left: Value, right: Value) => graph.apply("Mul", [left, right]);
  const minus = (left: Value, right: Value) => graph.apply("Sub", [left, right]);
  const mean = (value: Value) => graph.apply("ReduceMean", [value, graph.integers(-1)]);
  const centred = isCentred ? minus(x, mean(x)) : x;
  const variance = graph.apply("Add", [mean(product(centred, centred)), graph.scalar(epsilon)]);
  const length = graph.apply("Sqrt", [variance]);
  const unit = graph.apply("Div", [centred, length]);
  const inner = product(g, gain);
  const along = product(unit, mean(product(inner, unit)));
  const straight = isCentred ? minus(inner, mean(inner)) : inner;
  return [
    wanted[0] ? graph.apply("Div", [minus(straight, along), length]) : null,
    wanted[1] ? overRows(graph, product(g, unit), gain) : null,
    wanted[2] ? overRows(graph, g, gain) : null,
  ];
}

/** Sums all axes but the last. */
function overRows(graph: GraphBuilder, value: Value, gain: Value): Value {
  const width = graph.apply("Shape", [gain]);
  const rows = graph.apply("Concat", [graph.integers(-1), width], { axis: 0 });
  return graph.apply("ReduceSum", [graph.apply("Reshape", [value, rows]), graph.integers(0)], {
    keepdims: 0,
  });
}

/** What every rule of differentiation is given, and what several of them do. Runs everywhere. */
import { AppError } from "../../base/errors.ts";
import type { GraphBuilder, Node, Value } from "../onnx/graphBuilder.ts";
import { axisOf, type Shapes } from "./shapes.ts";

/** A node on the way back. */
export type GradientOf = {
  readonly graph: GraphBuilder;
  readonly node: Node;
  readonly shapes: Shapes;
  /** Gradients of its results; `null` for results that nothing depends on. */
  readonly outputs: readonly (Value | null)[];
  /** Which inputs' gradients are wanted. */
  readonly wanted: readonly boolean[];
};

/** Gradients of the inputs, in order; `null` for those that are not wanted or have none. */
export type Rule = (given: GradientOf) => readonly (Value | null)[];

/** The gradient of a node's only result that counts. */
export function result({ outputs }: GradientOf): Value {
  return outputs[0]!;
}

/** An input of the node. */
export function input({ node }: GradientOf, place: number): Value {
  return { name: node.inputs[place]! };
}

/** The node's own result. */
export function own({ node }: GradientOf): Value {
  return { name: node.outputs[0]! };
}

/**
 * A gradient of the broadcast result's shape, summed to the shape of the input at this place: over the axes that the input
 * lacks, and over those along which it was repeated.
 */
export function sumTo({ graph, node, shapes }: GradientOf, gradient: Value, place: number): Value {
  const target = shapes.get(node.inputs[place]!)!;
  const whole = shapes.get(node.outputs[0]!)!;
  const lacking = whole.length - target.length;
  const repeated = target.flatMap((extent, axis) =>
    extent === 1 && whole[axis + lacking] !== 1 ? [axis + lacking] : [],
  );
  const overKept =
    repeated.length === 0 ? gradient : graph.apply("ReduceSum", [gradient, graph.integers(...repeated)]);
  if (lacking === 0) return overKept;
  const leading = Array.from({ length: lacking }, (_, axis) => axis);
  return graph.apply("ReduceSum", [overKept, graph.integers(...leading)], { keepdims: 0 });
}

/** For rules that work along the last axis only. @throws AppError `unsupported` for a node along another one. */
export function checkLastAxis(given: GradientOf): void {
  const { node, shapes } = given;
  const rank = shapes.get(node.inputs[0]!)!.length;
  const axis = typeof node.attributes.axis === "number" ? node.attributes.axis : -1;
  if (axisOf(axis, rank) !== rank - 1) throw unsupported(given, "along another axis than the last");
}

/** What a rule throws for a node that it does not cover. */
export function unsupported({ node }: GradientOf, what: string): AppError {
  return new AppError("unsupported", `The operator ${node.operator} has no gradient ${what}.`, {
    fields: { operator: node.operator },
  });
}

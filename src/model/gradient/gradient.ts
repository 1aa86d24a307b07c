/**
 * Reverse-mode differentiation of a graph: nodes are added that compute how Σ of a value changes with others, so that the
 * gradients run where the graph runs. Runs everywhere; knows no model and no runtime.
 *
 * For every node y = f(x, …) met on the way back, ∂L/∂x = (∂y/∂x)ᵀ ∂L/∂y is added to what other users of x contributed.
 */
import { AppError } from "../../base/errors.ts";
import type { GraphBuilder, Node, Value } from "../onnx/graphBuilder.ts";
import type { GradientOf } from "./backward.ts";
import { RULES } from "./rules.ts";
import { inferShapes } from "./shapes.ts";

/**
 * Adds ∂ Σ of / ∂ w for each w.
 * @param of a value of floats; its elements are summed
 * @param wrt values that `of` depends on
 * @returns gradients in the order and of the shapes of `wrt`
 * @throws AppError `unsupported` naming an operator that has no rule; `usage` for a value that `of` does not depend on.
 */
export function addGradients(graph: GraphBuilder, of: Value, wrt: readonly Value[]): readonly Value[] {
  const built = graph.build("");
  const nodes = [...built.nodes];
  const shapes = inferShapes(built);
  const moving = dependents(nodes, wrt);
  const gradients = new Map<string, Value>([[of.name, onesLike(graph, of)]]);
  const add = (name: string, gradient: Value): void => {
    const before = gradients.get(name);
    gradients.set(name, before === undefined ? gradient : graph.apply("Add", [before, gradient]));
  };
  for (const node of nodes.toReversed()) {
    const outputs = node.outputs.map((name) => gradients.get(name) ?? null);
    if (outputs.every((gradient) => gradient === null)) continue;
    const wanted = node.inputs.map((name) => moving.has(name));
    if (!wanted.includes(true)) continue;
    const rule = RULES.get(node.operator);
    if (rule === undefined)
      throw new AppError("unsupported", `The operator ${node.operator} has no gradient here.`, {
        fields: { operator: node.operator },
      });
    const given: GradientOf = { graph, node, shapes, outputs, wanted };
    for (const [place, gradient] of rule(given).entries())
      if (gradient !== null && wanted[place] === true) add(node.inputs[place]!, gradient);
  }
  return wrt.map(({ name }) => {
    const gradient = gradients.get(name);
    if (gradient !== undefined) return gradient;
    throw new AppError("usage", `The value does not depend on "${name}".`);
  });
}

/** Names of all values that depend on these. */
function dependents(nodes: readonly Node[], wrt: readonly Value[]): ReadonlySet<string> {
  const moving = new Set(wrt.map(({ name }) => name));
  for (const { inputs, outputs } of nodes)
    if (inputs.some((name) => moving.has(name))) for (const name of outputs) moving.add(name);
  return moving;
}

function onesLike(graph: GraphBuilder, value: Value): Value {
  return graph.apply("Expand", [graph.scalar(1), graph.apply("Shape", [value])]);
}

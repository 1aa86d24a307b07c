/**
 * Shapes of a graph's values, known before it runs: numbers, and products of named extents where they differ from run to run.
 * What a gradient needs them for: to undo broadcasting, and to turn matrices round. Runs everywhere.
 */
import { AppError } from "../../base/errors.ts";
import type { Extent, Graph, Node } from "../onnx/graphBuilder.ts";

/** By value's name. */
export type Shapes = ReadonlyMap<string, readonly Extent[]>;

type Known = {
  readonly shapes: Map<string, readonly Extent[]>;
  /** Elements of small integer tensors: extents that reshape others. */
  readonly contents: Map<string, readonly Extent[]>;
};

/** @throws AppError `unsupported` for an operator whose result's shape is not known here. */
export function inferShapes({ inputs, constants, nodes }: Graph): Shapes {
  const known: Known = { shapes: new Map(), contents: new Map() };
  for (const { name, shape } of inputs) known.shapes.set(name, shape);
  for (const { name, type, shape, bytes } of constants) {
    known.shapes.set(name, shape);
    if (type === "int64")
      known.contents.set(name, Array.from(new BigInt64Array(bytes.slice().buffer), Number));
  }
  for (const node of nodes)
    for (const [place, shape] of resultShapes(known, node).entries())
      known.shapes.set(node.outputs[place]!, shape);
  return known.shapes;
}

/** One a result; contents of small integer tensors are noted on the way. */
function resultShapes({ shapes, contents }: Known, node: Node): readonly (readonly Extent[])[] {
  const shapeOf = (place: number): readonly Extent[] => {
    const shape = shapes.get(node.inputs[place] ?? "");
    if (shape !== undefined) return shape;
    throw new AppError("internal", `An input of ${node.operator} has no known shape.`);
  };
  const contentOf = (place: number): readonly Extent[] => contents.get(node.inputs[place] ?? "") ?? [];
  const first = shapeOf(0);
  switch (node.operator) {
    case "Shape":
      contents.set(node.outputs[0]!, first);
      return [[first.length]];
    case "Reshape":
      return [reshaped(first, contentOf(1))];
    case "Transpose":
      return [(node.attributes.perm as readonly number[]).map((axis) => first[axis]!)];
    case "Split": {
      const axis = axisOf(node.attributes.axis as number, first.length);
      const part = divided(first[axis]!, node.outputs.length);
      return node.outputs.map(() => first.with(axis, part));
    }
    case "Concat": {
      if (node.inputs.every((name) => contents.has(name)))
        contents.set(
          node.outputs[0]!,
          node.inputs.flatMap((name) => contents.get(name)!),
        );
      const axis = axisOf(node.attributes.axis as number, first.length);
      const extents = node.inputs.map((_, place) => shapeOf(place)[axis]!);
      return [
        first.with(
          axis,
          extents.reduce((a, b) => (typeof a === "number" && typeof b === "number" ? a + b : `(${a}+${b})`)),
        ),
      ];
    }
    case "Gather":
      return [[...shapeOf(1), ...first.slice(1)]];
    case "Gemm": {
      const second = shapeOf(1);
      return [[first[node.attributes.transA === 1 ? 1 : 0]!, second[node.attributes.transB === 1 ? 0 : 1]!]];
    }
    case "MatMul":
      return [[...broadcast(first.slice(0, -2), shapeOf(1).slice(0, -2)), first.at(-2)!, shapeOf(1).at(-1)!]];
    case "Unsqueeze": {
      const axes = contentOf(1).map(Number);
      const shape: Extent[] = [...first];
      for (const axis of axes) shape.splice(axis, 0, 1);
      return [shape];
    }
    case "ReduceMax":
    case "ReduceSum":
    case "ReduceL2":
    case "ReduceMean": {
      const axes = contentOf(1).map((axis) => axisOf(Number(axis), first.length));
      const isKept = node.attributes.keepdims !== 0;
      return [first.flatMap((extent, axis) => (axes.includes(axis) ? (isKept ? [1] : []) : [extent]))];
    }
    case "ArgMax": {
      const axis = axisOf(node.attributes.axis as number, first.length);
      return [first.filter((_, i) => i !== axis)];
    }
    case "Add":
    case "Sub":
    case "Mul":
    case "Div":
    case "Min":
    case "Max":
      return [node.inputs.map((_, place) => shapeOf(place)).reduce(broadcast)];
    case "Identity":
      if (contents.has(node.inputs[0]!)) contents.set(node.outputs[0]!, contentOf(0));
      return [first];
    case "Abs":
    case "Cast":
    case "Clip":
    case "Exp":
    case "Gelu":
    case "LayerNormalization":
    case "Log":
    case "Relu":
    case "RotaryEmbedding":
    case "Sigmoid":
    case "SimplifiedLayerNormalization":
    case "Softmax":
      return [first];
    default:
      throw new AppError("unsupported", `The shape of what ${node.operator} gives is not known.`, {
        fields: { operator: node.operator },
      });
  }
}

/** From 0, for axes that count from the end. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** As numpy broadcasts: aligned at the end. */
function broadcast(a: readonly Extent[], b: readonly Extent[]): readonly Extent[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [left, right] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    return left === 1 ? right : left;
  });
}

/** An extent as a number times named extents, so that products of them can be compared. */
type Product = { readonly factor: number; readonly names: readonly string[] };

function productOf(extents: readonly Extent[]): Product {
  let factor = 1;
  const names: string[] = [];
  for (const extent of extents) {
    if (typeof extent === "number") factor *= extent;
    else
      for (const part of extent.split("*")) {
        if (/^\d+$/.test(part)) factor *= Number(part);
        else names.push(part);
      }
  }
  return { factor, names: names.sort() };
}

function extentOf({ factor, names }: Product): Extent {
  if (names.length === 0) return factor;
  return [...(factor === 1 ? [] : [String(factor)]), ...names].join("*");
}

function quotient(whole: Product, part: Product): Extent {
  const names = [...whole.names];
  for (const name of part.names) {
    const at = names.indexOf(name);
    if (at < 0) throw new AppError("internal", `${extentOf(whole)} is not divided by ${name}.`);
    names.splice(at, 1);
  }
  return extentOf({ factor: whole.factor / part.factor, names });
}

function divided(extent: Extent, parts: number): Extent {
  return quotient(productOf([extent]), { factor: parts, names: [] });
}

/** 0 keeps an extent, −1 takes what is left. */
function reshaped(from: readonly Extent[], wanted: readonly Extent[]): readonly Extent[] {
  const extents = wanted.map((extent, i) => (extent === 0 ? from[i]! : extent));
  const open = extents.indexOf(-1);
  if (open < 0) return extents;
  const rest = extents.filter((_, i) => i !== open);
  return extents.with(open, quotient(productOf(from), productOf(rest)));
}

/**
 * A typed description of an ONNX graph, built node by node: values are named as they are made, so a graph reads like
 * the formula it computes. Runs everywhere; knows no model and no encoding.
 */

/** Element types used here. */
export type ElementType = "float32" | "int32" | "int64";

/** An extent: a number, or a name where it differs from run to run. */
export type Extent = number | string;

/** A value that flows along the graph. */
export type Value = { readonly name: string };

/** What an operator is parametrised by. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** An operator applied to values. */
export type Node = {
  readonly operator: string;
  /** "" for ONNX's own operators, "com.microsoft" for onnxruntime's. */
  readonly domain: string;
  /** An empty name stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
};

/** A graph's input or output. */
export type Port = { readonly name: string; readonly type: ElementType; readonly shape: readonly Extent[] };

/** A tensor that is part of the graph. */
export type Constant = {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
};

/** A whole graph, nodes in an order in which they can run. */
export type Graph = {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly constants: readonly Constant[];
  readonly nodes: readonly Node[];
};

/** Collects a graph; each method returns the value it made. */
export class GraphBuilder {
  readonly #inputs: Port[] = [];
  readonly #outputs: Port[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #nodes: Node[] = [];

  input(name: string, type: ElementType, shape: readonly Extent[]): Value {
    this.#inputs.push({ name, type, shape });
    return { name };
  }

  /** Applies an operator with one result. */
  apply(
    operator: string,
    inputs: readonly (Value | null)[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): Value {
    return this.applyMany(operator, inputs, 1, attributes, domain)[0]!;
  }

  /** Applies an operator with `count` results. */
  applyMany(
    operator: string,
    inputs: readonly (Value | null)[],
    count: number,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): readonly Value[] {
    const stem = `${operator}_${this.#nodes.length}`;
    const outputs = Array.from({ length: count }, (_, i) => (count === 1 ? stem : `${stem}_${i}`));
    this.#nodes.push({
      operator,
      domain,
      inputs: inputs.map((value) => value?.name ?? ""),
      outputs,
      attributes,
    });
    return outputs.map((name) => ({ name }));
  }

  /** A tensor of numbers; equal `int64` lists and scalars are stored once. */
  constant(type: ElementType, shape: readonly number[], numbers: ArrayLike<number>): Value {
    const small = numbers.length <= 8;
    const name = small
      ? `${type}[${shape.join(",")}](${Array.from(numbers).join(",")})`
      : `constant_${this.#constants.size}`;
    if (!small || !this.#constants.has(name))
      this.#constants.set(name, { name, type, shape, bytes: toBytes(type, numbers) });
    return { name };
  }

  /** A list of extents or axes, as ONNX wants them. */
  integers(...numbers: readonly number[]): Value {
    return this.constant("int64", [numbers.length], numbers);
  }

  /** A single float. */
  scalar(number: number): Value {
    return this.constant("float32", [], [number]);
  }

  /** Names a value as a result of the graph. */
  output(value: Value, name: string, type: ElementType, shape: readonly Extent[]): void {
    this.#nodes.push({
      operator: "Identity",
      domain: "",
      inputs: [value.name],
      outputs: [name],
      attributes: {},
    });
    this.#outputs.push({ name, type, shape });
  }

  build(name: string): Graph {
    return {
      name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      constants: [...this.#constants.values()],
      nodes: this.#nodes,
    };
  }
}

function toBytes(type: ElementType, numbers: ArrayLike<number>): Uint8Array {
  switch (type) {
    case "float32":
      return new Uint8Array(Float32Array.from(numbers).buffer);
    case "int32":
      return new Uint8Array(Int32Array.from(numbers).buffer);
    case "int64":
      return new Uint8Array(BigInt64Array.from(Array.from(numbers), (number) => BigInt(number)).buffer);
    default:
      return type satisfies never;
  }
}

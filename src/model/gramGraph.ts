/** The decoder with Gram matrices of its linear layers' inputs as further outputs. Runs everywhere; knows no runtime. */
import type { ModelConfig } from "./decoder.ts";
import { buildDecoder } from "./decoderGraph.ts";
import { encodeModel } from "./onnx/encode.ts";
import { namesOf, parameterTable } from "./parameterTable.ts";

/** One Gram matrix: its place among inputs and outputs, its size, and the weights whose inputs it is of. */
export type GramPlace = {
  /** Input `gram.N` and output `next.N`. */
  readonly before: string;
  readonly after: string;
  readonly size: number;
  readonly weights: readonly string[];
};

/** The graph and where its Gram matrices are. */
export type GramGraph = { readonly bytes: Uint8Array<ArrayBuffer>; readonly grams: readonly GramPlace[] };

/**
 * The model as ONNX bytes: inputs and outputs of `encodeDecoder` without past, and for every distinct input x [T, inputs] of
 * linear layers an input and an output [inputs, inputs], `next = gram + xᵀx`. The head's inputs are those of the scored
 * places. Rows must have no padding, which would be counted.
 */
export function encodeGramGraph(config: ModelConfig): GramGraph {
  const { graph, weights } = buildDecoder(config);
  const inputsOf = new Map(
    parameterTable(config)
      // A tied head is the embedding, which is no linear layer of its own.
      .filter(({ name, shape }) => shape.length === 2 && name !== namesOf(config).embedding)
      .map(({ name, shape }) => [weights.get(name)!.name, { name, inputs: shape[1]! }]),
  );
  const grams: (GramPlace & { readonly of: string; weights: string[] })[] = [];
  for (const { operator, inputs } of graph.build("").nodes) {
    const weight = operator === "Gemm" ? inputsOf.get(inputs[1]!) : undefined;
    if (weight === undefined) continue;
    const known = grams.find(({ of }) => of === inputs[0]);
    if (known !== undefined) known.weights.push(weight.name);
    else {
      const [before, after] = [`gram.${grams.length}`, `next.${grams.length}`];
      grams.push({ before, after, size: weight.inputs, weights: [weight.name], of: inputs[0]! });
    }
  }
  for (const { before, after, size, of } of grams) {
    const x = { name: of };
    const sum = graph.input(before, "float32", [size, size]);
    const next = graph.apply("Gemm", [x, x, sum], { transA: 1 });
    graph.output(next, after, "float32", [size, size]);
  }
  return {
    bytes: encodeModel(graph.build(`${config.architecture}-grams`)),
    grams: grams.map(({ before, after, size, weights: layers }) => ({
      before,
      after,
      size,
      weights: layers,
    })),
  };
}

/** The decoder with its backward pass, adding up squared gradients. Runs everywhere; knows no runtime. */
import type { ModelConfig } from "./decoder.ts";
import { buildDecoder } from "./decoderGraph.ts";
import { addGradients } from "./gradient/gradient.ts";
import { encodeModel } from "./onnx/encode.ts";
import { parameterTable } from "./parameterTable.ts";

/** Name of the input that holds the sum so far, and of the output with this run's squares added. */
export const SQUARES = { before: "squares.", after: "next." } as const;

/**
 * The model as ONNX bytes: inputs and outputs of `encodeDecoder` without past, and for every parameter NAME an input
 * `squares.NAME` and an output `next.NAME` of its shape: `next = squares + (∂ Σ logprobs / ∂ NAME)²`, element by element.
 * With one row a run the sum over runs is that of the empirical Fisher information's diagonal.
 * @throws AppError `unsupported` for an operator without a gradient.
 */
export function encodeFisherGraph(config: ModelConfig): Uint8Array<ArrayBuffer> {
  const { graph, weights, logprobs } = buildDecoder(config);
  const parameters = parameterTable(config);
  const gradients = addGradients(
    graph,
    logprobs,
    parameters.map(({ name }) => weights.get(name)!),
  );
  for (const [i, { name, shape }] of parameters.entries()) {
    const before = graph.input(SQUARES.before + name, "float32", shape);
    const squared = graph.apply("Mul", [gradients[i]!, gradients[i]!]);
    graph.output(graph.apply("Add", [before, squared]), SQUARES.after + name, "float32", shape);
  }
  return encodeModel(graph.build(`${config.architecture}-fisher`));
}

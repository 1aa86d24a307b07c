/**
 * A graph as the bytes of an ONNX file: a ModelProto in protocol buffers, of which only the fields used here are
 * written. Field numbers are those of onnx.proto (onnx 1.17). Runs everywhere; knows no model.
 */
import { PbfWriter } from "pbf";
import type { Attribute, Constant, ElementType, Extent, Graph, Node, Port } from "./graphBuilder.ts";

/** TensorProto.DataType */
const DATA_TYPE: Readonly<Record<ElementType, number>> = { float32: 1, int32: 6, int64: 7 };
/** AttributeProto.AttributeType */
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;
const IR_VERSION = 9;
/** The newest operator set whose GELU and normalisation every backend here runs. */
const OPSET = 20;

/** The bytes that onnxruntime loads. */
export function encodeModel(graph: Graph): Uint8Array<ArrayBuffer> {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, "mergescope");
  pbf.writeMessage(7, writeGraph, graph);
  pbf.writeMessage(8, writeOpset, { domain: "", version: OPSET });
  if (graph.nodes.some((node) => node.domain === "com.microsoft"))
    pbf.writeMessage(8, writeOpset, { domain: "com.microsoft", version: 1 });
  return new Uint8Array(pbf.finish());
}

function writeOpset(opset: { readonly domain: string; readonly version: number }, pbf: PbfWriter): void {
  pbf.writeStringField(1, opset.domain);
  pbf.writeVarintField(2, opset.version);
}

function writeGraph(graph: Graph, pbf: PbfWriter): void {
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, graph.name);
  for (const constant of graph.constants) pbf.writeMessage(5, writeTensor, constant);
  for (const port of graph.inputs) pbf.writeMessage(11, writePort, port);
  for (const port of graph.outputs) pbf.writeMessage(12, writePort, port);
}

function writeNode(node: Node, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input);
  for (const output of node.outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, node.outputs[0]!);
  pbf.writeStringField(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes))
    pbf.writeMessage(5, writeAttribute, { name, value });
  if (node.domain !== "") pbf.writeStringField(7, node.domain);
}

function writeAttribute(
  { name, value }: { readonly name: string; readonly value: Attribute },
  pbf: PbfWriter,
): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.int);
  } else if (typeof value === "string") {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.string);
  } else if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.float);
  } else {
    for (const number of value) pbf.writeVarintField(8, number);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.ints);
  }
}

function writeTensor(constant: Constant, pbf: PbfWriter): void {
  for (const extent of constant.shape) pbf.writeVarintField(1, extent);
  pbf.writeVarintField(2, DATA_TYPE[constant.type]);
  pbf.writeStringField(8, constant.name);
  pbf.writeBytesField(9, constant.bytes);
}

function writePort(port: Port, pbf: PbfWriter): void {
  pbf.writeStringField(1, port.name);
  pbf.writeMessage(2, writeType, port);
}

function writeType(port: Port, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, port);
}

function writeTensorType(port: Port, pbf: PbfWriter): void {
  pbf.writeVarintField(1, DATA_TYPE[port.type]);
  pbf.writeMessage(2, writeShape, port.shape);
}

function writeShape(shape: readonly Extent[], pbf: PbfWriter): void {
  for (const extent of shape) pbf.writeMessage(1, writeExtent, extent);
}

function writeExtent(extent: Extent, pbf: PbfWriter): void {
  if (typeof extent === "number") pbf.writeVarintField(1, extent);
  else pbf.writeStringField(2, extent);
}

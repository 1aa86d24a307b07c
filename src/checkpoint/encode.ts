/** Writing safetensors: the header, and where each tensor's bytes go. Pure; runs everywhere. */
import { DTYPES, type TensorInfo, type TensorSpec, tensorBytes } from "./tensor.ts";

/** The first bytes of a file and the order and places of the tensors that must follow them. */
export type SafetensorsLayout = {
  /** Length field and padded JSON header. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** In file order, end to end. */
  readonly tensors: readonly TensorInfo[];
  readonly fileBytes: number;
};

/**
 * Lays a safetensors file out as the format's own library does: wide number formats first, so that every tensor is
 * aligned, otherwise in the order given; the header padded with spaces to a multiple of eight bytes.
 */
export function encodeSafetensorsHead(
  specs: readonly TensorSpec[],
  metadata: Readonly<Record<string, string>>,
): SafetensorsLayout {
  const ordered = specs.toSorted((a, b) => DTYPES[b.dtype].bytes - DTYPES[a.dtype].bytes);
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const spec of ordered) {
    const end = at + tensorBytes(spec);
    header[spec.name] = { dtype: spec.dtype, shape: spec.shape, data_offsets: [at, end] };
    at = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.byteLength / 8) * 8;
  const head = new Uint8Array(8 + headerBytes).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(headerBytes), true);
  head.set(json, 8);
  return { head, tensors: placeTensors(ordered, head.byteLength), fileBytes: head.byteLength + at };
}

function placeTensors(ordered: readonly TensorSpec[], dataStart: number): readonly TensorInfo[] {
  let startByte = dataStart;
  return ordered.map((spec) => {
    const tensor = { ...spec, startByte, endByte: startByte + tensorBytes(spec) };
    startByte = tensor.endByte;
    return tensor;
  });
}

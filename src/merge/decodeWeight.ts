/** A stored weight as numbers. Runs everywhere. */
import { decodeBfloat16, decodeFloat16 } from "../base/float16.ts";
import type { StoredWeight } from "./ops.ts";

/** New fp32 numbers; the bytes are left as they are. */
export function decodeWeight({ dtype, bytes }: StoredWeight): Float32Array<ArrayBuffer> {
  // A part of a larger read may begin anywhere.
  const own = bytes.slice();
  if (dtype === "float32") return new Float32Array(own.buffer);
  const values = new Float32Array(own.byteLength / 2);
  const halves = new Uint16Array(own.buffer);
  if (dtype === "float16") decodeFloat16(halves, values);
  else decodeBfloat16(halves, values);
  return values;
}

/**
 * How weights are divided into files, as transformers does: in order, a new file when the next tensor would not fit, and an
 * index that says where each is. Pure.
 */
import { type TensorSpec, tensorBytes, tensorElements } from "../checkpoint/tensor.ts";

/** One weights file and what goes into it. */
export type Shard = { readonly name: string; readonly specs: readonly TensorSpec[] };

/** One file named `model.safetensors`, or `model-00001-of-0000N.safetensors`; a tensor larger than a file has its own. */
export function planShards(specs: readonly TensorSpec[], maxShardBytes: number): readonly Shard[] {
  const groups: TensorSpec[][] = [[]];
  let bytes = 0;
  for (const spec of specs) {
    const size = tensorBytes(spec);
    if (bytes > 0 && bytes + size > maxShardBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(spec);
    bytes += size;
  }
  const number = (i: number) => String(i).padStart(5, "0");
  const nameOf = (i: number) =>
    groups.length === 1
      ? "model.safetensors"
      : `model-${number(i + 1)}-of-${number(groups.length)}.safetensors`;
  return groups.map((group, i) => ({ name: nameOf(i), specs: group }));
}

/** The text of `model.safetensors.index.json`; `null` for a single file, which needs none. */
export function encodeShardIndex(shards: readonly Shard[]): string | null {
  if (shards.length < 2) return null;
  const all = shards.flatMap(({ name, specs }) => specs.map((spec) => ({ spec, name })));
  const index = {
    metadata: {
      total_parameters: all.reduce((sum, { spec }) => sum + tensorElements(spec), 0),
      total_size: all.reduce((sum, { spec }) => sum + tensorBytes(spec), 0),
    },
    weight_map: Object.fromEntries(all.map(({ spec, name }) => [spec.name, name])),
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}

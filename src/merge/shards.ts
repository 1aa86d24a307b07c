/**
 * How weights are divided into files, as transformers (huggingface_hub's `split_state_dict_into_shards_factory`) does: in
 * order, a new file when the next tensor would not fit, and an index that says where each is. Pure.
 */
import { type TensorSpec, tensorBytes } from "../checkpoint/tensor.ts";

/** One weights file and what goes into it. */
export type Shard = { readonly name: string; readonly specs: readonly TensorSpec[] };

/**
 * One file named `model.safetensors`, or `model-00001-of-0000N.safetensors`. A tensor larger than a file has its own, before
 * the file that was being filled, which goes on.
 */
export function planShards(specs: readonly TensorSpec[], maxShardBytes: number): readonly Shard[] {
  const groups: TensorSpec[][] = [];
  let filling: TensorSpec[] = [];
  let bytes = 0;
  for (const spec of specs) {
    const size = tensorBytes(spec);
    if (size > maxShardBytes) {
      groups.push([spec]);
      continue;
    }
    if (bytes + size > maxShardBytes) {
      groups.push(filling);
      filling = [];
      bytes = 0;
    }
    filling.push(spec);
    bytes += size;
  }
  if (filling.length > 0) groups.push(filling);
  const number = (i: number) => String(i).padStart(5, "0");
  const nameOf = (i: number) =>
    groups.length === 1
      ? "model.safetensors"
      : `model-${number(i + 1)}-of-${number(groups.length)}.safetensors`;
  return groups.map((group, i) => ({ name: nameOf(i), specs: group }));
}

/** The text of `model.safetensors.index.json`; `null` for a single file, which needs none. Keys sorted, as they are there. */
export function encodeShardIndex(shards: readonly Shard[], parameters: number): string | null {
  if (shards.length < 2) return null;
  const places = shards.flatMap(({ name, specs }) => specs.map((spec) => [spec.name, name] as const));
  const index = {
    metadata: {
      total_parameters: parameters,
      total_size: shards.flatMap(({ specs }) => specs).reduce((sum, spec) => sum + tensorBytes(spec), 0),
    },
    weight_map: Object.fromEntries(places.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}

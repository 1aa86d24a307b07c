/** What torch.save wrote, against the bytes of its tensors as PyTorch has them; and what must be refused. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { concatBytes, sha256Hex } from "../../base/bytes.ts";
import { createMemorySource } from "../../storage/memory.ts";
import {
  type Part,
  type PickledTensor,
  pickleOf,
  sparseSource,
  statePickle,
  tensorOp,
  textOp,
  zipPieces,
} from "../fixtures/builders.ts";
import expected from "../fixtures/torch/expected.json" with { type: "json" };
import { readTorchTensors } from "./torchBin.ts";

const folder = join(import.meta.dirname, "../fixtures/torch");
const fixture = (name: string) => createMemorySource(name, readFileSync(join(folder, name)));

describe("every tensor of a file is found, byte for byte:", () => {
  const files = Object.entries(expected.files).filter(([name]) => name.endsWith(".bin"));
  test.each(files)("%s", async (name, tensors) => {
    const source = fixture(name);
    const found = await Promise.all(
      (await readTorchTensors(source)).map(async ({ name, dtype, shape, startByte, endByte }) => [
        name,
        { dtype, shape, sha256: await sha256Hex(await source.read(startByte, endByte)) },
      ]),
    );
    expect(Object.fromEntries(found)).toEqual(tensors);
  });
});

test("tied tensors share their bytes", async () => {
  const [embed, head] = await readTorchTensors(fixture("tied.bin"));
  expect({ ...embed, name: "head" }).toEqual(head);
});

const refused: readonly [string, "unsupported" | "bad-format", RegExp][] = [
  ["osSystem", "unsupported", /uses posix\.system, which no plain file of weights needs/],
  ["transposed", "unsupported", /"weight" .* not contiguous: shape \[4,6\] with strides \[1,4\]/],
  ["legacy", "unsupported", /before version 1\.6/],
  ["nested", "unsupported", /holds "state_dict", which is not a plain tensor/],
  ["number", "unsupported", /holds "step", which is not a plain tensor/],
  ["complex", "unsupported", /uses torch\.ComplexFloatStorage/],
  ["float8", "unsupported", /uses torch/],
  ["sparse", "unsupported", /uses torch\._utils\._rebuild_sparse_tensor/],
  ["torchScript", "unsupported", /./],
  ["bigEndian", "unsupported", /big-endian/],
  ["deflated", "unsupported", /is compressed/],
];

describe("refused in words:", () => {
  test.each(refused)("%s", async (name, tag, message) => {
    const opened = readTorchTensors(fixture(`refused/${name}.bin`));
    await expect(opened).rejects.toMatchObject({ tag });
    await expect(opened).rejects.toThrow(message);
  });
});

const T: PickledTensor = {
  name: "t",
  storageClass: "HalfStorage",
  storage: "0",
  storageElements: 12,
  offset: 0,
  shape: [3, 4],
  strides: [4, 1],
};
const S0: Part = { name: "x/data/0", data: 24 };
/** A file of these tensors, or with this pickle. */
function fileOf(state: readonly PickledTensor[] | Uint8Array, ...parts: readonly Part[]) {
  const data = state instanceof Uint8Array ? state : statePickle(state);
  return sparseSource("test.bin", zipPieces([{ name: "x/data.pkl", data }, ...parts]));
}

test("a storage of five gigabytes", async () => {
  const large = { storageClass: "ByteStorage", storageElements: 5e9, strides: [1] };
  const tensors = [
    { ...T, ...large, name: "all", shape: [5e9] },
    { ...T, ...large, name: "end", shape: [1e9], offset: 4e9 },
  ];
  const found = await readTorchTensors(fileOf(tensors, { name: "x/data/0", data: 5e9 }));
  const [all, end] = found;
  expect([all?.name, end?.name]).toEqual(["all", "end"]);
  expect(end!.startByte - all!.startByte).toBe(4e9);
  expect(end!.endByte).toBe(all!.endByte);
});

const lies: readonly [string, Parameters<typeof fileOf>, RegExp][] = [
  ["a storage that is not there", [[T]], /tensor "t" lies in "x\/data\/0", which is not there/],
  [
    "a storage of another size",
    [[T], { ...S0, data: 22 }],
    /at byte \d+ has 22 bytes, not 12 elements of F16/,
  ],
  ["a tensor larger than its storage", [[{ ...T, shape: [4, 4] }], S0], /does not fit its storage of 12/],
  ["a tensor that runs out of its storage", [[{ ...T, offset: 1 }], S0], /from element 1 on does not fit/],
  ["a negative offset", [[{ ...T, offset: -1 }], S0], /"t", which is not a plain tensor/],
  [
    "a shape beyond all numbers",
    [[{ ...T, shape: [2 ** 50, 2 ** 50], strides: [2 ** 50, 1] }], S0],
    /does not fit its storage/,
  ],
  ["a name twice", [[T, T], S0], /names tensor "t" twice/],
  ["two pickles", [[T], S0, { name: "y/data.pkl", data: 3 }], /holds 2 data\.pkl/],
  ["a storage out of the archive", [[{ ...T, storage: "../data.pkl" }], S0], /which is not there/],
  ["a byte order of 1000 bytes", [[T], { name: "x/byteorder", data: 1000 }], /"x\/byteorder" has 1000 bytes/],
];

describe("a lying file is refused in words:", () => {
  test.each(lies)("%s", async (_, args, message) => {
    await expect(readTorchTensors(fileOf(...args))).rejects.toThrow(message);
  });
});

test("one long list referred to from everywhere costs no time", async () => {
  const items = new Uint8Array(300_000).fill(0x4e);
  // The tensor's hooks hold the list; its last three operations close the dictionary, the arguments and the call.
  const call = [...tensorOp(T).slice(0, -2), 0x28, items, 0x75, 0x74, 0x52, 0x71, 0];
  const names = Array.from({ length: 30_000 }, (_, i) => pickleOf(...textOp(`t${i}`), 0x68, 0).subarray(2));
  const pickle = pickleOf(0x7d, 0x28, ...textOp("first"), ...call, concatBytes(names), 0x75, 0x2e);
  const startMs = performance.now();
  await expect(readTorchTensors(fileOf(pickle, S0))).rejects.toThrow(/"first", which is not a plain tensor/);
  expect(performance.now() - startMs).toBeLessThan(5000);
});

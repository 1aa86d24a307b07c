/** What torch.save wrote, against the bytes of its tensors as PyTorch has them; and what must be refused. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../base/bytes.ts";
import { createMemorySource } from "../../storage/memory.ts";
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

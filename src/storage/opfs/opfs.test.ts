/** What of the browser's storage can be told without a browser; the rest is walked through in a real one. */
import { expect, test } from "vitest";
import { createOpfsCache } from "./opfs.ts";
import { beginOpfsFile, type KeptFolder } from "./opfsPartialFile.ts";

/** Handles only what one test needs; everything else fails loudly. */
const fake = <T>(parts: object): T => parts as T;

const locks = fake<LockManager>({
  request: async (_name: string, _options: object, held: (lock: object) => unknown) => held({}),
});

test.each([
  ["there is no storage", undefined],
  ["there are no folders", {}],
  [
    "they are refused, as in private windows",
    {
      getDirectory: async () => {
        throw new DOMException("refused", "SecurityError");
      },
    },
  ],
  [
    "files cannot be written in place",
    {
      getDirectory: async () => ({
        getDirectoryHandle: async () => ({ getFileHandle: async () => ({}) }),
      }),
    },
  ],
])("nothing is kept where %s", async (_, storage) => {
  expect(await createOpfsCache(fake({ storage, locks }))).toBeNull();
});

test("without room nothing is begun, and the words say how much is needed and free", async () => {
  const none = async () => {
    throw new DOMException("none", "NotFoundError");
  };
  const folder = fake<KeptFolder>({
    files: { getFileHandle: none },
    locks,
    storage: { estimate: async () => ({ quota: 5_000_000, usage: 4_000_000 }) },
  });
  const key = "a".repeat(64);
  const file = { path: "model.safetensors", byteLength: 3_000_000, key, sha256: key };
  await expect(beginOpfsFile(folder, file, new AbortController().signal)).rejects.toMatchObject({
    tag: "out-of-memory",
    message: "model.safetensors needs 3.0 MB of the browser's storage, which has room for 1.0 MB.",
    fields: { neededBytes: 3_000_000, freeBytes: 1_000_000 },
  });
});

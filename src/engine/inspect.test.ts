/** The X-ray over a tiny run: what is found, what is read for it, and what is no error. */
import { expect, test } from "vitest";
import { concatBytes, sha256Hex } from "../base/bytes.ts";
import type { EngineEvent } from "../rpc/protocol.ts";
import type { ByteSource } from "../storage/byteSource.ts";
import { createMemorySource } from "../storage/memory.ts";
import { hashSource } from "../storage/sha256.ts";
import { createCheckpointShelf } from "./checkpoints.ts";
import { NAMES, readJson, tinyFiles } from "./fixtures/tinyRun.ts";
import { type Access, inspectNamed } from "./inspect.ts";

const NEAR: Access = { bytesToFetch: async () => 0, skippedBytes: () => 7 };
const FAR: Access = { ...NEAR, bytesToFetch: async ({ bytes }) => bytes };

const weightsPath = (name: string) => `step${name.slice(5)}/model.safetensors`;

function look(
  names: readonly string[],
  options: {
    readonly files?: ReadonlyMap<string, ByteSource>;
    readonly access?: Access;
    readonly availableBytes?: number;
    readonly stopAfter?: (event: EngineEvent) => boolean;
  } = {},
) {
  const files = options.files ?? tinyFiles();
  const reads = new Map<string, number>();
  const shelf = createCheckpointShelf(async (name) => {
    const folder = `step${name.slice(5)}`;
    const open = async (path: string): Promise<ByteSource | null> => {
      const source = files.get(`${folder}/${path}`) ?? null;
      if (source === null) return null;
      const read: ByteSource["read"] = (startByte, endByte, signal) => {
        const key = `${folder}/${path}`;
        reads.set(key, (reads.get(key) ?? 0) + endByte - startByte);
        return source.read(startByte, endByte, signal);
      };
      return { ...source, read };
    };
    return { files: { name, open }, place: "disk", step: Number(name.slice(5)), hub: null };
  });
  const controller = new AbortController();
  const events: EngineEvent[] = [];
  const emit = (event: EngineEvent) => {
    events.push(event);
    if (options.stopAfter?.(event) === true) controller.abort();
  };
  const info = { kind: "node", threads: 1, adapter: null, reason: "" } as const;
  const parts = {
    platform: { clock: () => 0, hash: hashSource, residentBytes: () => options.availableBytes ?? 2 ** 32 },
    shelf,
    sessions: { current: async () => ({ info }) },
  };
  const job = { signal: controller.signal, emit };
  return { found: inspectNamed(parts, names, job, options.access ?? NEAR), events, reads };
}

test("tells what is there, what it needs and how far neighbours are apart", async () => {
  const { found, events } = look(NAMES.slice(0, 3));
  const { checkpoints, identical, conflict, memory, distances } = await found;
  expect(checkpoints.map(({ name, step, place }) => [name, step, place])).toEqual([
    ["demo:10", 10, "disk"],
    ["demo:20", 20, "disk"],
    ["demo:30", 30, "disk"],
  ]);
  expect(checkpoints[0]).toMatchObject({ skippedBytes: 7, bytesToFetch: 0, commit: null, warnings: [] });
  expect(checkpoints[0]!.files[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect([identical, conflict]).toEqual([[], null]);
  expect(memory).toMatchObject({ device: "node", mode: "resident", availableBytes: 2 ** 32 });
  expect(distances.map(({ older, newer }) => [older, newer])).toEqual([
    [0, 1],
    [1, 2],
  ]);
  expect(distances[0]!.sampledShare).toBe(1);
  expect(distances[0]!.parts.map(({ layer, part }) => `${layer} ${part}`)).toEqual([
    "null embedding",
    ...["0 attention", "0 mlp", "0 norm", "1 attention", "1 mlp", "1 norm"],
    ...["null norm", "null head"],
  ]);
  for (const { relative } of distances[0]!.parts) {
    expect(relative).toBeGreaterThan(0);
    expect(relative).toBeLessThan(1);
  }
  const labels = new Set(
    events.flatMap((event) => (event.kind === "progress" ? [event.progress.label] : [])),
  );
  expect([...labels]).toEqual(expect.arrayContaining(["looking into demo:10", "sampling demo:30"]));
  for (const event of events)
    if (event.kind === "progress") expect(event.progress).toMatchObject({ total: 3, unit: "checkpoints" });
  expect(structuredClone(await found)).toEqual(await found);
});

test("a checkpoint under two names is found and does not move", async () => {
  const files = tinyFiles();
  files.set(weightsPath(NAMES[1]), files.get(weightsPath(NAMES[0]))!);
  const { identical, distances } = await look([NAMES[0], NAMES[1], NAMES[2]], { files }).found;
  expect(identical).toEqual([[0, 1]]);
  for (const { relative, cosine } of distances[0]!.parts) expect([relative, cosine]).toEqual([0, 1]);
  expect((await look([NAMES[0], NAMES[2], NAMES[0]]).found).identical).toEqual([[0, 2]]);
});

test("far away nothing is hashed, and vouched hashes stand for the bytes", async () => {
  const files = tinyFiles();
  const source = files.get(weightsPath(NAMES[0]))!;
  const size = source.byteLength;
  const plain = look(NAMES.slice(0, 2), { access: FAR });
  const { checkpoints } = await plain.found;
  expect(checkpoints[0]!.bytesToFetch).toBe(size);
  expect(checkpoints[0]!.files[0]!.sha256).toBeUndefined();
  const sha256 = await sha256Hex(await source.read(0, size));
  for (const name of NAMES.slice(0, 2)) files.set(weightsPath(name), { ...source, sha256 });
  const vouched = look(NAMES.slice(0, 2), { files, access: FAR });
  expect((await vouched.found).identical).toEqual([[0, 1]]);
});

test("what does not belong together is described, with the first difference, and not compared", async () => {
  const files = tinyFiles();
  const json = { ...(await readJson(files, "step10/config.json")), rotary_pct: 0.5 };
  files.set(
    "step10/config.json",
    createMemorySource("config.json", new TextEncoder().encode(JSON.stringify(json))),
  );
  const { checkpoints, conflict, distances } = await look([NAMES[0], NAMES[1]], { files }).found;
  expect(checkpoints).toHaveLength(2);
  expect(conflict).toMatchObject({
    tag: "mismatch",
    message: expect.stringMatching(/demo:10 and demo:20.*rotary/),
  });
  expect(distances).toEqual([]);
});

test("a weight that is missing keeps it from being merged and stands in its warnings", async () => {
  const files = tinyFiles();
  const path = "step10/config.json";
  const json = { ...(await readJson(files, path)), num_hidden_layers: 3 };
  for (const step of [10, 20])
    files.set(
      `step${step}/config.json`,
      createMemorySource(path, new TextEncoder().encode(JSON.stringify(json))),
    );
  const { checkpoints, conflict } = await look([NAMES[0], NAMES[1]], { files }).found;
  expect(conflict).toMatchObject({
    tag: "mismatch",
    message: expect.stringMatching(/layers\.2.*demo:10 is missing/),
  });
  expect(checkpoints[1]!.warnings[0]).toMatch(/layers\.2.* is missing/);
});

test("warns of numbers that are none, of steps the wrong way round, of too little memory", async () => {
  const files = tinyFiles();
  const source = files.get(weightsPath(NAMES[1]))!;
  const bytes = await source.read(0, source.byteLength);
  const broken = concatBytes([bytes.subarray(0, -4), new Uint8Array([0, 0, 0x80, 0x7f])]);
  files.set(weightsPath(NAMES[1]), createMemorySource("model.safetensors", broken));
  const { checkpoints, memory } = await look([NAMES[1], NAMES[0]], { files, availableBytes: 1e6 }).found;
  expect(checkpoints[0]!.warnings).toEqual([expect.stringMatching(/not finite: 1 of the \d+ sampled/)]);
  expect(checkpoints[1]!.warnings).toEqual([expect.stringMatching(/step 10, named after step 20/)]);
  expect(memory).toMatchObject({
    mode: "none",
    words: expect.stringMatching(/more than the 1\.0 MB there is/),
  });
});

test("one checkpoint has no neighbour; none, an unknown one and a stop are errors", async () => {
  expect(await look([NAMES[0]]).found).toMatchObject({ identical: [], conflict: null, distances: [] });
  await expect(look([]).found).rejects.toMatchObject({ tag: "usage" });
  await expect(look([NAMES[0], "demo:99"]).found).rejects.toMatchObject({ tag: "not-found" });
  const stopped = look(NAMES, {
    stopAfter: (event) => event.kind === "progress" && event.progress.label.startsWith("sampling"),
  });
  await expect(stopped.found).rejects.toMatchObject({ tag: "cancelled" });
});

/** The hub's cache folder: its layout, what others left there, what a crash leaves, and who may write and remove. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HubFile, HubListing } from "../hub/hubFiles.ts";
import { createNodeHubCache } from "./nodeHubCache.ts";
import { hubSettingsFromEnvironment } from "./nodeHubSettings.ts";

const { signal } = new AbortController();
const BYTES = new Uint8Array(3000).map((_, i) => (i * 7) & 255);
const KEY = createHash("sha256").update(BYTES).digest("hex");
const SMALL = "a".repeat(40);
const COMMIT = "c".repeat(40);
const WEIGHTS: HubFile = { path: "deep/er/model.safetensors", byteLength: 3000, key: KEY, sha256: KEY };
const CONFIG: HubFile = { path: "config.json", byteLength: 2, key: SMALL, sha256: null };
const LISTING: HubListing = {
  repository: "org/tiny",
  revision: "stage/step1",
  commit: COMMIT,
  files: [WEIGHTS, CONFIG],
};

let folder: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mergescope-cache-"));
  root = join(folder, "models--org--tiny");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => createNodeHubCache(folder);
const blob = (key = KEY) => join(root, "blobs", key);
const part = (suffix = "") => join(root, ".mergescope", "parts", KEY + suffix);

async function keepWeights(cache = open()): Promise<void> {
  const partial = await cache.begin(LISTING, WEIGHTS, signal);
  await partial.write(0, BYTES);
  await partial.finish();
  await cache.remember(LISTING);
}

/** As the hub's own client leaves it. */
function layOut(path: string, key: string, bytes: Uint8Array | string): void {
  const link = join(root, "snapshots", COMMIT, path);
  for (const place of [dirname(link), join(root, "blobs"), join(root, "refs", "stage")])
    mkdirSync(place, { recursive: true });
  writeFileSync(blob(key), bytes);
  symlinkSync(`${"../".repeat(path.split("/").length + 1)}blobs/${key}`, link);
  writeFileSync(join(root, "refs", "stage", "step1"), COMMIT);
}

describe("the layout", () => {
  test("is that of the hub's client: blobs, relative links, references", async () => {
    await keepWeights();
    expect(readFileSync(blob())).toEqual(Buffer.from(BYTES));
    expect(readlinkSync(join(root, "snapshots", COMMIT, WEIGHTS.path))).toBe(`../../../../blobs/${KEY}`);
    expect(readFileSync(join(root, "refs/stage/step1"), "utf8")).toBe(COMMIT);
    expect(existsSync(join(root, "snapshots", COMMIT, "config.json"))).toBe(false);
    expect(readdirSync(join(root, ".mergescope/parts"))).toEqual([]);
  });

  test("of the hub's client is read: listing from the links, bytes, hash", async () => {
    layOut(WEIGHTS.path, KEY, BYTES);
    layOut("config.json", SMALL, "{}");
    const listing = (await open().listing("org/tiny", "stage/step1"))!;
    expect(listing.commit).toBe(COMMIT);
    expect(listing.files.toSorted((a, b) => b.path.localeCompare(a.path))).toEqual([WEIGHTS, CONFIG]);
    const source = (await open().open(listing, WEIGHTS, "weights"))!;
    expect([source.name, source.sha256]).toEqual(["weights", KEY]);
    expect(await source.read(10, 20)).toEqual(BYTES.slice(10, 20));
    expect(await open().listing("org/tiny", COMMIT)).toMatchObject({ commit: COMMIT });
    expect(await open().listing("org/tiny", "main")).toBeNull();
  });

  test("shows the hub's client no revision of which nothing is here", async () => {
    await open().remember(LISTING);
    expect(readdirSync(root).toSorted()).toEqual([".mergescope", "snapshots"]);
    expect(readdirSync(join(root, "snapshots"))).toEqual([]);
    await keepWeights();
    expect(readdirSync(join(root, "refs/stage"))).toEqual(["step1"]);
    // A branch that moves on is followed once something of its new commit is here.
    const moved = { ...LISTING, commit: "d".repeat(40), files: [CONFIG] };
    await open().remember(moved);
    expect(readFileSync(join(root, "refs/stage/step1"), "utf8")).toBe(COMMIT);
    layOut("config.json", SMALL, "{}");
    await open().remember(moved);
    expect(readFileSync(join(root, "refs/stage/step1"), "utf8")).toBe(moved.commit);
  });

  test("of our own listing knows files that are not here", async () => {
    await open().remember(LISTING);
    expect(await open().listing("org/tiny", "stage/step1")).toEqual(LISTING);
    expect(await open().open(LISTING, CONFIG, "config")).toBeNull();
  });

  test("a listing that makes no sense, or leads outside, counts as none", async () => {
    await open().remember(LISTING);
    const own = join(root, ".mergescope/listings", `${COMMIT}.json`);
    const bad: readonly unknown[] = [
      { ...CONFIG, path: "../../../outside" },
      { ...CONFIG, key: "../outside" },
      { ...CONFIG, byteLength: -1 },
      { ...CONFIG, sha256: SMALL },
      null,
    ];
    for (const file of bad) {
      writeFileSync(own, JSON.stringify([file]));
      expect(await open().listing("org/tiny", "stage/step1")).toBeNull();
    }
    writeFileSync(own, '[{"path":');
    expect(await open().listing("org/tiny", "stage/step1")).toBeNull();
  });

  test("nothing leads outside: keys and revisions", async () => {
    writeFileSync(join(folder, "outside"), COMMIT);
    expect(await open().listing("org/tiny", "../../outside")).toBeNull();
    await expect(open().remember({ ...LISTING, revision: "../../outside" })).rejects.toMatchObject({
      tag: "usage",
    });
    const evil = { ...CONFIG, key: "../../outside" };
    await expect(open().open(LISTING, evil, "x")).rejects.toMatchObject({ tag: "bad-format" });
    await expect(open().begin(LISTING, evil, signal)).rejects.toMatchObject({ tag: "bad-format" });
  });
});

describe("a partly written file", () => {
  test("goes on where it was, and is whole only when it is finished", async () => {
    const first = await open().begin(LISTING, WEIGHTS, signal);
    await first.write(1000, BYTES.subarray(1000, 2000));
    await first.close();
    expect(await open().open(LISTING, WEIGHTS, "x")).toBeNull();
    expect(await open().partial(LISTING, WEIGHTS)).toEqual([{ startByte: 1000, endByte: 2000 }]);
    const second = await open().begin(LISTING, WEIGHTS, signal);
    expect(second.done).toEqual([{ startByte: 1000, endByte: 2000 }]);
    expect(await second.read(1000, 2000)).toEqual(BYTES.slice(1000, 2000));
    await second.write(0, BYTES.subarray(0, 1000));
    await second.write(2000, BYTES.subarray(2000));
    expect(second.done).toEqual([{ startByte: 0, endByte: 3000 }]);
    await second.finish();
    expect(readFileSync(blob())).toEqual(Buffer.from(BYTES));
  });

  test("whose journal knows more than there is counts for nothing", async () => {
    mkdirSync(dirname(part()), { recursive: true });
    writeFileSync(part(), BYTES.subarray(0, 1500));
    writeFileSync(part(".extents"), "0 1000\n1000 2000\n");
    const partial = await open().begin(LISTING, WEIGHTS, signal);
    expect(partial.done).toEqual([]);
    await partial.close();
  });

  test("leaves nothing where nothing came, or where it was wrong", async () => {
    await (await open().begin(LISTING, WEIGHTS, signal)).close();
    expect(readdirSync(dirname(part()))).toEqual([]);
    const wrong = await open().begin(LISTING, WEIGHTS, signal);
    await wrong.write(0, BYTES);
    await wrong.discard();
    expect(readdirSync(dirname(part()))).toEqual([]);
  });

  test("has one writer: a second waits, or is stopped", async () => {
    const first = await open().begin(LISTING, WEIGHTS, signal);
    const stop = new AbortController();
    const stopped = open().begin(LISTING, WEIGHTS, stop.signal);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ tag: "cancelled" });
    let began = false;
    const second = open()
      .begin(LISTING, WEIGHTS, signal)
      .then((partial) => {
        began = true;
        return partial;
      });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(began).toBe(false);
    await first.close();
    await (await second).close();
  });

  test("does not wait for a process that died", async () => {
    mkdirSync(dirname(part()), { recursive: true });
    // Larger than any process's number.
    writeFileSync(part(".lock"), `4194305 dead ${hostname()}`);
    await (await open().begin(LISTING, WEIGHTS, signal)).close();
    expect(existsSync(part(".lock"))).toBe(false);
  });
});

describe("what is kept", () => {
  test("is told, whole and in part, and removed with its links", async () => {
    const cache = open();
    const half = await cache.begin(LISTING, { ...WEIGHTS, key: "b".repeat(64) }, signal);
    await half.write(0, BYTES.subarray(0, 500));
    await half.close();
    await keepWeights(cache);
    const { files, usedBytes, place } = await cache.stored();
    expect(files).toEqual([
      { key: KEY, bytes: 3000, names: [`org/tiny@${COMMIT.slice(0, 7)} ${WEIGHTS.path}`], whole: true },
      { key: "b".repeat(64), bytes: 500, names: ["org/tiny"], whole: false },
    ]);
    expect([usedBytes, place]).toEqual([3500, folder]);
    await cache.remove([KEY, "b".repeat(64), "../../outside"]);
    expect((await cache.stored()).files).toEqual([]);
    expect(readdirSync(join(root, "snapshots", COMMIT, "deep/er"))).toEqual([]);
    // And comes back under its name.
    await keepWeights(cache);
    expect(readFileSync(join(root, "snapshots", COMMIT, WEIGHTS.path))).toEqual(Buffer.from(BYTES));
  });

  test("is not removed while it is held", async () => {
    const cache = open();
    await keepWeights(cache);
    const [first, second] = [await cache.hold([KEY]), await cache.hold([KEY])];
    first();
    await expect(cache.remove([KEY])).rejects.toMatchObject({ tag: "usage" });
    expect(existsSync(blob())).toBe(true);
    second();
    await cache.remove([KEY]);
    expect(existsSync(blob())).toBe(false);
  });
});

describe("the settings of the environment", () => {
  test("are those of the hub's client", () => {
    const home = join(folder, "home");
    mkdirSync(home);
    writeFileSync(join(home, "token"), "hf_file\n");
    expect(hubSettingsFromEnvironment({ HF_HOME: home })).toEqual({
      endpoint: "https://huggingface.co",
      token: "hf_file",
      offline: false,
      cacheFolder: join(home, "hub"),
    });
    const named = {
      HF_HOME: home,
      HF_ENDPOINT: "http://mirror/",
      HF_TOKEN: "hf_given",
      HF_HUB_CACHE: "/c",
      HF_HUB_OFFLINE: "yes",
    };
    expect(hubSettingsFromEnvironment(named)).toEqual({
      endpoint: "http://mirror",
      token: "hf_given",
      offline: true,
      cacheFolder: "/c",
    });
    expect(hubSettingsFromEnvironment({ XDG_CACHE_HOME: folder })).toMatchObject({
      token: null,
      cacheFolder: join(folder, "huggingface/hub"),
    });
    expect(hubSettingsFromEnvironment({ HF_HOME: home, HF_HUB_OFFLINE: "0" }).offline).toBe(false);
  });
});

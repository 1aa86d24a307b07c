/**
 * Token ids against the Python package's: Pythia's tokenizer (where it is at hand), the demo run's, and small ones of the
 * kinds that the Llama family uses.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

type Golden = {
  readonly vocabulary: number;
  readonly rows: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly decoded: string;
    /** The text without the first id, which may cut a character in two. */
    readonly decodedCut?: string;
  }[];
};

const repository = fileURLToPath(new URL("../../", import.meta.url));
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

/** Every checkpoint of the run has the same one. */
function demoTokenizer(): string {
  const manifest = readJson(`${repository}public/demo/run.json`) as { checkpoints: { path: string }[] };
  return `${repository}public/demo/${manifest.checkpoints[0]?.path}/tokenizer.json`;
}

const cases = [
  ["Pythia", `${repository}../shared/data/tokenizer/tokenizer.json`, "pythiaTokenizerIds.json"],
  ["the demo", demoTokenizer(), "demoTokenizerIds.json"],
] as const;

describe.each(cases)("the tokenizer of %s", (name, path, fixture) => {
  test("gives the reference's ids and text", ({ skip }) => {
    if (!existsSync(path)) return skip(`${name} has no tokenizer.json here`);
    const golden = readJson(fileURLToPath(new URL(`./fixtures/${fixture}`, import.meta.url))) as Golden;
    const tokenizer = createTokenizer(readJson(path), { eos_token: "<|endoftext|>" });
    expect(tokenizer.vocabularySize).toBe(golden.vocabulary);
    expect(tokenizer.eosToken).toBe(0);
    expect(golden.rows.length).toBeGreaterThan(100);
    compareRows(tokenizer, golden);
  });
});

function compareRows(tokenizer: Tokenizer, { rows }: Golden): void {
  for (const { text, ids, decoded, decodedCut } of rows) {
    expect({ text, ids: tokenizer.encode(text) }).toEqual({ text, ids });
    expect({ text, decoded: tokenizer.decode(ids) }).toEqual({ text, decoded });
    if (decodedCut !== undefined)
      expect({ text, decodedCut: tokenizer.decode(ids.slice(1)) }).toEqual({ text, decodedCut });
  }
}

describe.each(["llama2", "metaspace", "llama3", "qwen2"])("a tokenizer as %s has it", (kind) => {
  test("gives the reference's ids and text", () => {
    const file = fileURLToPath(new URL(`./fixtures/tokenizers/${kind}.json`, import.meta.url));
    const golden = readJson(file) as Golden & { readonly tokenizer: unknown };
    const tokenizer = createTokenizer(golden.tokenizer, null);
    expect(tokenizer.vocabularySize).toBe(golden.vocabulary);
    compareRows(tokenizer, golden);
  });
});

const shared = `${repository}../shared/data`;

test("Pythia's ids of benchmarks in English and Chinese, of code and sums", ({ skip }) => {
  const [source, folder] = [`${shared}/tokenizer/tokenizer.json`, `${shared}/benchmarks`];
  if (!existsSync(source) || !existsSync(folder)) return skip("the shared benchmarks are not here");
  const golden = readJson(
    fileURLToPath(new URL("./fixtures/pythiaBenchmarkIds.json", import.meta.url)),
  ) as BenchmarkGolden;
  const tokenizer = createTokenizer(readJson(source), null);
  expect(golden.files.length).toBeGreaterThan(200);
  const ours = golden.files.map(({ path }) => {
    const encoded = rowsOf(`${folder}/${path}`, golden.rowsPerFile).map((text) => tokenizer.encode(text));
    const tokens = encoded.reduce((sum, ids) => sum + ids.length, 0);
    const lines = encoded.map((ids) => `${ids.join(",")}\n`).join("");
    return { path, rows: encoded.length, tokens, sha256: createHash("sha256").update(lines).digest("hex") };
  });
  expect(ours).toEqual(golden.files);
}, 30_000);

type BenchmarkGolden = {
  readonly rowsPerFile: number;
  readonly files: readonly { readonly path: string }[];
};

/** The first rows of a file, as `tokenizer_ids.py` reads them. */
function rowsOf(path: string, count: number): readonly string[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, count);
  if (!path.endsWith(".jsonl")) return lines;
  return lines.filter((line) => line !== "").map((line) => strings(JSON.parse(line)).join("\n"));
}

/** Every string in a JSON value, in order. */
function strings(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

/** A byte-level tokenizer small enough to check by hand: "a", "b", " " and the merge "ab". */
const TINY = {
  added_tokens: [{ id: 4, content: "<end>", special: true, normalized: false }],
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
  post_processor: null,
  decoder: { type: "ByteLevel" },
  model: { type: "BPE", vocab: { a: 0, b: 1, Ġ: 2, ab: 3 }, merges: ["a b"] },
};

test("merges, specials and empty text, by hand", () => {
  const tokenizer = createTokenizer(TINY, { eos_token: { content: "<end>" } });
  expect(tokenizer.encode("ab ba")).toEqual([3, 2, 1, 0]);
  expect(tokenizer.encode("a<end>b")).toEqual([0, 4, 1]);
  expect(tokenizer.encode("")).toEqual([]);
  expect(tokenizer.decode([3, 2, 1, 4])).toBe("ab b<end>");
  expect(tokenizer.decode([])).toBe("");
  expect(tokenizer.vocabularySize).toBe(5);
  expect(tokenizer.eosToken).toBe(4);
  expect(createTokenizer(TINY, null).eosToken).toBeNull();
});

test("what is not a tokenizer is refused in words", () => {
  expect(() => createTokenizer(null, null)).toThrow(expect.objectContaining({ tag: "bad-format" }));
  expect(() => createTokenizer({ model: 3 }, null)).toThrow(/tokenizer.json is not usable at "model"/);
  const odd = { ...TINY, normalizer: { type: "Alien" } };
  expect(() => createTokenizer(odd, null)).toThrow(expect.objectContaining({ tag: "unsupported" }));
});

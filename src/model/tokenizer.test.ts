/** Token ids against the Python package's, for Pythia's tokenizer (where it is at hand) and the demo run's. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createTokenizer } from "./tokenizer.ts";

type Golden = {
  readonly vocabulary: number;
  readonly rows: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly decoded: string;
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
    for (const { text, ids, decoded } of golden.rows) {
      expect({ text, ids: tokenizer.encode(text) }).toEqual({ text, ids });
      expect(tokenizer.decode(ids)).toBe(decoded);
    }
  });
});

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

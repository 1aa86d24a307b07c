/**
 * Exported merges as transformers loaded them (tools/golden/export wrote the golden): the files are made anew and must be the
 * same to the byte, and read back here they must give transformers' log-probabilities.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256Hex } from "../base/bytes.ts";
import { openCheckpoint } from "../checkpoint/open.ts";
import { collectFile } from "../merge/execute.ts";
import { parseModelConfig } from "../model/config.ts";
import { createTokenizer } from "../model/tokenizer.ts";
import type { Backend } from "../runtime/backend.ts";
import type { PackedBatch } from "../runtime/languageModel.ts";
import { createNodeBackend } from "../runtime/ortNode.ts";
import { createFileSet, createMemorySource } from "../storage/memory.ts";
import { EXPORT_CASES, exportFiles } from "./fixtures/exportCases.ts";

type Golden = {
  readonly texts: readonly string[];
  readonly tokens: readonly (readonly number[])[];
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly dtype: string;
        readonly sha256: Readonly<Record<string, string>>;
        readonly logprobs: readonly (readonly number[])[];
      }
    >
  >;
};

const golden: Golden = JSON.parse(
  readFileSync(join(import.meta.dirname, "fixtures/exportedMerges.json"), "utf8"),
);
const { signal } = new AbortController();

let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend(1);
});
afterAll(() => backend.dispose());

/** One row; every token but the first is a target. */
function rowOf(tokens: readonly number[]): PackedBatch {
  const places = Int32Array.from({ length: tokens.length - 1 }, (_, i) => i);
  return {
    rows: 1,
    columns: tokens.length,
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from(tokens, (_, i) => i),
    segments: new Int32Array(tokens.length),
    parentSegments: new Int32Array(tokens.length),
    scoredPlaces: places,
    targetPlaces: places,
    targetTokens: Int32Array.from(tokens.slice(1)),
  };
}

test("transformers saw every case", () => {
  expect(Object.keys(golden.cases).sort()).toEqual(Object.keys(EXPORT_CASES).sort());
});

describe.each(Object.entries(EXPORT_CASES))("the export %s", (name, exported) => {
  const expected = golden.cases[name]!;
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  beforeAll(async () => {
    for (const file of await exportFiles(exported)) contents.set(file.name, await collectFile(file));
  });

  test("is the one that transformers loaded, byte for byte", async () => {
    const hashes = [...contents].map(async ([file, bytes]) => [file, await sha256Hex(bytes)] as const);
    expect(Object.fromEntries(await Promise.all(hashes))).toEqual(expected.sha256);
    expect(expected.dtype).toBe(exported.request.dtype);
  });

  test("gives transformers' tokens and log-probabilities within 1e-4", async () => {
    const sources = [...contents].map(([file, bytes]) => [file, createMemorySource(file, bytes)] as const);
    const checkpoint = await openCheckpoint(createFileSet("the export", new Map(sources)), signal);
    const tokenizer = createTokenizer(checkpoint.tokenizer, checkpoint.tokenizerConfig);
    expect(golden.texts.map((text) => tokenizer.encode(text))).toEqual(golden.tokens);
    const resident = await backend.createModel(parseModelConfig(checkpoint.config));
    try {
      await resident.mixer.load("export", checkpoint, signal, () => undefined);
      await resident.mixer.mix(["export"], [1]);
      for (const [i, tokens] of golden.tokens.entries()) {
        const { logprobs } = await resident.model.score(rowOf(tokens));
        const theirs = expected.logprobs[i]!;
        expect(logprobs).toHaveLength(theirs.length);
        expect(Math.max(...theirs.map((value, j) => Math.abs(value - logprobs[j]!)))).toBeLessThan(1e-4);
      }
    } finally {
      await resident.dispose();
    }
  });
});

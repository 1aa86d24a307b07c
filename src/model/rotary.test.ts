/** Frequencies against transformers' own, for every scaling; tables against the formula. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { AppError } from "../base/errors.ts";
import { parseModelConfig } from "./config.ts";
import { createRotaryTables, plainRotary } from "./rotary.ts";

type Case = {
  readonly name: string;
  readonly fields: { readonly rope_parameters: Record<string, unknown>; readonly [field: string]: unknown };
  readonly inverseFrequencies: readonly number[];
  readonly magnitude: number;
};
const { cases }: { readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL("./fixtures/rotary.json", import.meta.url), "utf8"),
);

const LLAMA = {
  model_type: "llama",
  vocab_size: 100,
  hidden_size: 64,
  intermediate_size: 80,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  max_position_embeddings: 4096,
};

describe.each(cases)("transformers' frequencies: $name", ({ fields, inverseFrequencies, magnitude }) => {
  test("in the new spelling, to the last bit but one", () => {
    const { rotary } = parseModelConfig({ ...LLAMA, ...fields });
    expect(rotary.inverseFrequencies).toHaveLength(inverseFrequencies.length);
    // torch's vectorised power may differ by a unit in the last place from a correctly rounded one.
    for (const [i, omega] of inverseFrequencies.entries())
      expect(Math.abs(rotary.inverseFrequencies[i]! / omega - 1)).toBeLessThan(2.4e-7);
    expect(rotary.magnitude).toBeCloseTo(magnitude, 14);
  });

  test("in the old spelling, the same", () => {
    const { rope_parameters, ...rest } = fields;
    const { rope_theta, rope_type, ...scaling } = rope_parameters;
    const flat = { ...LLAMA, ...rest, rope_theta, rope_scaling: { type: rope_type, ...scaling } };
    expect(parseModelConfig(flat)).toEqual(parseModelConfig({ ...LLAMA, ...fields }));
    if (rope_type === "default")
      expect(parseModelConfig({ ...flat, rope_scaling: null }).rotary).toEqual(
        parseModelConfig({ ...LLAMA, ...fields }).rotary,
      );
  });
});

test("a scaling that changes with the text's length holds where it is constant", () => {
  const long = {
    rope_type: "longrope",
    short_factor: Array(16).fill(1),
    long_factor: Array(16).fill(2),
    original_max_position_embeddings: 1024,
  };
  expect(parseModelConfig({ ...LLAMA, rope_parameters: long }).maxPositions).toBe(1024);
  const outer = { original_max_position_embeddings: 512, rope_scaling: long };
  expect(parseModelConfig({ ...LLAMA, ...outer }).maxPositions).toBe(512);
  const dynamic = parseModelConfig({ ...LLAMA, rope_scaling: { type: "dynamic", factor: 4 } });
  expect(dynamic).toEqual(parseModelConfig(LLAMA));
});

test.each([
  [{ rope_type: "mrope" }, "unsupported", "rope_type"],
  [{ rope_type: "linear" }, "bad-format", "factor"],
  [{ rope_type: "linear", factor: 0 }, "bad-format", "factor"],
  [
    { rope_type: "llama3", factor: 2, low_freq_factor: 4, high_freq_factor: 4 },
    "bad-format",
    "rope_parameters.high_freq_factor",
  ],
  [{ rope_type: "longrope", short_factor: [1, 2] }, "bad-format", "short_factor"],
  [{ rope_type: "yarn", rope_theta: 1, factor: 2 }, "bad-format", "rope_parameters"],
  [{ sliding_attention: { rope_type: "default" } }, "unsupported", "rope_parameters"],
  [{ partial_rotary_factor: 0.5 }, "unsupported", "partial_rotary_factor"],
])("refuses %o", (rope_parameters, tag, field) => {
  try {
    parseModelConfig({ ...LLAMA, rope_parameters });
    expect.unreachable();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AppError);
    expect(thrown).toMatchObject({ tag, fields: { field } });
  }
});

test("tables hold cosine and sine of every position, and grow", () => {
  const tablesOf = createRotaryTables({ ...plainRotary(4, 100), magnitude: 2 });
  const short = tablesOf(3);
  expect(short.rows).toBe(4);
  expect(tablesOf(2)).toBe(short);
  const long = tablesOf(9);
  expect([long.rows, long.cos.length, long.sin.length]).toEqual([16, 32, 32]);
  expect(long.cos.subarray(0, 8)).toEqual(short.cos);
  expect(long.cos[2 * 5 + 1]).toBeCloseTo(2 * Math.cos(0.5), 6);
  expect(long.sin[2 * 5 + 1]).toBeCloseTo(2 * Math.sin(0.5), 6);
});

import { describe, expect, test } from "vitest";
import { AppError } from "../base/errors.ts";
import { parseModelConfig } from "./config.ts";
import { createRoleOf, parameterCount, parameterTable } from "./parameterTable.ts";
import { plainRotary } from "./rotary.ts";

/** Pythia-70m's own numbers, in the spelling its files use. */
const pythia70m = {
  model_type: "gpt_neox",
  vocab_size: 50304,
  hidden_size: 512,
  intermediate_size: 2048,
  num_hidden_layers: 6,
  num_attention_heads: 8,
  max_position_embeddings: 2048,
  hidden_act: "gelu",
  layer_norm_eps: 1e-5,
  rotary_pct: 0.25,
  rotary_emb_base: 10000,
  tie_word_embeddings: false,
  use_parallel_residual: true,
  bos_token_id: 0,
  eos_token_id: 0,
};

function refusal(json: unknown): AppError {
  try {
    parseModelConfig(json);
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error("the configuration was accepted");
}

describe("parseModelConfig", () => {
  test("reads the old spelling", () => {
    expect(parseModelConfig(pythia70m)).toEqual({
      architecture: "gpt-neox",
      vocabularySize: 50304,
      hiddenSize: 512,
      intermediateSize: 2048,
      layers: 6,
      heads: 8,
      keyValueHeads: 8,
      headSize: 64,
      maxPositions: 2048,
      rotary: plainRotary(16, 10000),
      slidingWindow: null,
      norm: "layer-norm",
      normEps: 1e-5,
      residual: "parallel",
      projections: "by-head",
      queryKeyNorm: false,
      clip: null,
      queryKeyValueBias: true,
      attentionOutputBias: true,
      mlpBias: true,
      activation: "gelu",
      gated: false,
      tiedHead: false,
      normalisedHead: false,
      bosToken: 0,
      eosTokens: [0],
    });
  });

  test("reads the new spelling of the rotary numbers", () => {
    const { rotary_pct: _pct, rotary_emb_base: _base, ...rest } = pythia70m;
    const nested = { partial_rotary_factor: 0.5, rope_theta: 500000, rope_type: "default" };
    const config = parseModelConfig({ ...rest, rope_parameters: nested });
    expect(config.rotary).toEqual(plainRotary(32, 500000));
    const flat = parseModelConfig({ ...rest, rope_theta: 20000, partial_rotary_factor: 1 });
    expect(flat.rotary).toEqual(plainRotary(64, 20000));
  });

  test("names the activation and takes several end tokens", () => {
    for (const name of ["gelu_new", "gelu_fast", "gelu_pytorch_tanh"])
      expect(parseModelConfig({ ...pythia70m, hidden_act: name }).activation).toBe("gelu-tanh");
    expect(parseModelConfig({ ...pythia70m, hidden_act: "relu" }).activation).toBe("relu");
    expect(parseModelConfig({ ...pythia70m, eos_token_id: [0, 2], bos_token_id: null })).toMatchObject({
      bosToken: null,
      eosTokens: [0, 2],
    });
  });

  test("refuses what it cannot run, in words", () => {
    const other = refusal({ ...pythia70m, model_type: "mamba" });
    expect(other).toMatchObject({ tag: "unsupported", fields: { field: "model_type", value: "mamba" } });
    expect(other.message).toBe('Models of the architecture "mamba" cannot be run.');
    expect(other.advice).toBe(
      "Use one of the model types gpt_neox, llama, mistral, qwen2, olmo, olmo2, baichuan.",
    );
    expect(refusal({ ...pythia70m, hidden_act: "constructor" }).tag).toBe("unsupported");
    const scaled = { ...pythia70m, rope_scaling: { type: "mrope", factor: 2 } };
    expect(refusal(scaled)).toMatchObject({ tag: "unsupported", fields: { value: "mrope" } });
  });

  test.each([
    ["vocab_size", "50304"],
    ["hidden_size", -512],
    ["num_hidden_layers", 1.5],
    ["num_hidden_layers", 1e9],
    ["layer_norm_eps", Number.NaN],
    ["num_attention_heads", 7],
    ["rotary_pct", 0.01],
    ["tie_word_embeddings", "yes"],
  ])("names the unusable field %s = %s", (field, value) => {
    expect(refusal({ ...pythia70m, [field]: value })).toMatchObject({ tag: "bad-format", fields: { field } });
  });

  test("refuses what is no configuration at all", () => {
    for (const json of [null, 3, "x", [], {}]) expect(refusal(json).tag).toBe("bad-format");
  });
});

describe("parameterTable", () => {
  test("counts the published sizes", () => {
    expect(parameterCount(parseModelConfig(pythia70m))).toBe(70_426_624);
    const size14m = { hidden_size: 128, intermediate_size: 512, num_attention_heads: 4 };
    expect(parameterCount(parseModelConfig({ ...pythia70m, ...size14m }))).toBe(14_067_712);
    const size410m = {
      hidden_size: 1024,
      intermediate_size: 4096,
      num_attention_heads: 16,
      num_hidden_layers: 24,
    };
    expect(parameterCount(parseModelConfig({ ...pythia70m, ...size410m }))).toBe(405_334_016);
  });

  test("has no head where it is tied and no attention biases where there are none", () => {
    const config = parseModelConfig({ ...pythia70m, tie_word_embeddings: true, attention_bias: false });
    const names = parameterTable(config).map((parameter) => parameter.name);
    expect(names).not.toContain("embed_out.weight");
    expect(names).not.toContain("gpt_neox.layers.0.attention.dense.bias");
    expect(names).toContain("gpt_neox.layers.5.mlp.dense_4h_to_h.bias");
    expect(new Set(names).size).toBe(names.length);
  });

  test("tells buffers from parameters", () => {
    const roleOf = createRoleOf(parseModelConfig(pythia70m));
    expect(roleOf("gpt_neox.layers.3.attention.query_key_value.bias")).toBe("parameter");
    for (const buffer of ["bias", "masked_bias", "rotary_emb.inv_freq"])
      expect(roleOf(`gpt_neox.layers.3.attention.${buffer}`)).toBe("buffer");
    expect(roleOf("embed_out.weight")).toBe("parameter");
    expect(roleOf("gpt_neox.layers.6.mlp.dense_4h_to_h.bias")).toBe("unknown");
    expect(
      createRoleOf(parseModelConfig({ ...pythia70m, tie_word_embeddings: true }))("embed_out.weight"),
    ).toBe("tied");
  });
});

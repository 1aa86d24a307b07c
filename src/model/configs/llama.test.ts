/** The Llama family's and Baichuan's configurations: published files, switches, and what is refused. */
import { describe, expect, test } from "vitest";
import { AppError } from "../../base/errors.ts";
import { parseModelConfig } from "../config.ts";
import {
  architectureTitle,
  createRoleOf,
  parameterCount,
  parameterPlace,
  parameterTable,
} from "../parameterTable.ts";
import { plainRotary } from "../rotary.ts";

/** Numbers that the models' publishers give. */
const LLAMA_2_7B = {
  model_type: "llama",
  vocab_size: 32000,
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 32,
  max_position_embeddings: 4096,
  hidden_act: "silu",
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  pretraining_tp: 1,
  tie_word_embeddings: false,
  bos_token_id: 1,
  eos_token_id: 2,
};
const MISTRAL_7B = {
  ...LLAMA_2_7B,
  model_type: "mistral",
  intermediate_size: 14336,
  num_key_value_heads: 8,
  max_position_embeddings: 32768,
  sliding_window: 4096,
};
const QWEN2_5_HALF_B = {
  ...LLAMA_2_7B,
  model_type: "qwen2",
  vocab_size: 151936,
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  max_position_embeddings: 32768,
  max_window_layers: 24,
  sliding_window: 32768,
  use_sliding_window: false,
  tie_word_embeddings: true,
  rope_theta: 1000000.0,
};
const OLMO_1B = {
  ...LLAMA_2_7B,
  model_type: "olmo",
  vocab_size: 50304,
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  max_position_embeddings: 2048,
  tie_word_embeddings: true,
  clip_qkv: null,
};
const OLMO_2_1B = {
  ...OLMO_1B,
  model_type: "olmo2",
  vocab_size: 100352,
  max_position_embeddings: 4096,
  rope_theta: 500000,
  tie_word_embeddings: false,
};
const BAICHUAN2_7B = {
  ...LLAMA_2_7B,
  model_type: "baichuan",
  architectures: ["BaichuanForCausalLM"],
  auto_map: { AutoConfig: "configuration_baichuan.BaichuanConfig" },
  num_key_value_heads: undefined,
  vocab_size: 125696,
  model_max_length: 4096,
  rms_norm_eps: 1e-6,
  z_loss_weight: 0,
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

describe("published models", () => {
  test.each([
    [LLAMA_2_7B, "Llama", 6_738_415_616],
    [MISTRAL_7B, "Mistral", 7_241_732_096],
    [QWEN2_5_HALF_B, "Qwen2", 494_032_768],
    [OLMO_1B, "OLMo", 1_176_764_416],
    [OLMO_2_1B, "OLMo 2", 1_484_916_736],
    [BAICHUAN2_7B, "Baichuan2", 7_505_973_248],
  ])("$model_type has its name and its size", (json, title, count) => {
    const config = parseModelConfig(json);
    expect([architectureTitle(config), parameterCount(config)]).toEqual([title, count]);
    const names = parameterTable(config).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test("a Llama as a record", () => {
    expect(parseModelConfig({ ...LLAMA_2_7B, num_key_value_heads: 4, head_dim: 64 })).toEqual({
      architecture: "llama",
      vocabularySize: 32000,
      hiddenSize: 4096,
      intermediateSize: 11008,
      layers: 32,
      heads: 32,
      keyValueHeads: 4,
      headSize: 64,
      maxPositions: 4096,
      rotary: plainRotary(64, 10000),
      slidingWindow: null,
      norm: "rms-norm",
      normEps: 1e-5,
      residual: "pre-norm",
      projections: "separate",
      queryKeyNorm: false,
      clip: null,
      queryKeyValueBias: false,
      attentionOutputBias: false,
      mlpBias: false,
      activation: "silu",
      gated: true,
      tiedHead: false,
      normalisedHead: false,
      bosToken: 1,
      eosTokens: [2],
    });
  });
});

describe("switches", () => {
  test("biases are Llama's to choose, and Qwen2's by nature", () => {
    const biases = ({
      queryKeyValueBias,
      attentionOutputBias,
      mlpBias,
    }: ReturnType<typeof parseModelConfig>) => [queryKeyValueBias, attentionOutputBias, mlpBias];
    expect(biases(parseModelConfig({ ...LLAMA_2_7B, attention_bias: true }))).toEqual([true, true, false]);
    expect(biases(parseModelConfig({ ...LLAMA_2_7B, mlp_bias: true }))).toEqual([false, false, true]);
    expect(biases(parseModelConfig(QWEN2_5_HALF_B))).toEqual([true, false, false]);
  });

  test("Mistral's window is in all layers, 4096 unless denied, and none where it hides nothing", () => {
    const windowOf = (change: object) => parseModelConfig({ ...MISTRAL_7B, ...change }).slidingWindow;
    const all = Array.from({ length: 32 }, (_, layer) => layer);
    expect(windowOf({})).toEqual({ size: 4096, layers: all });
    expect(windowOf({ sliding_window: undefined })).toEqual({ size: 4096, layers: all });
    expect(windowOf({ sliding_window: null })).toBeNull();
    expect(windowOf({ sliding_window: 32768 })).toBeNull();
    expect(refusal({ ...MISTRAL_7B, layer_types: ["full_attention"] }).fields).toMatchObject({
      field: "layer_types",
    });
  });

  test("Qwen2's window is in the later layers, where it is switched on", () => {
    const windowOf = (change: object) =>
      parseModelConfig({ ...QWEN2_5_HALF_B, num_hidden_layers: 3, sliding_window: 100, ...change })
        .slidingWindow;
    expect(windowOf({})).toBeNull();
    expect(windowOf({ use_sliding_window: true, max_window_layers: 1 })).toEqual({
      size: 100,
      layers: [1, 2],
    });
    expect(windowOf({ use_sliding_window: true })).toBeNull();
    const types = ["sliding_attention", "full_attention", "sliding_attention"];
    expect(windowOf({ use_sliding_window: true, layer_types: types })).toEqual({ size: 100, layers: [0, 2] });
    expect(refusal({ ...QWEN2_5_HALF_B, layer_types: types }).fields).toMatchObject({ field: "layer_types" });
  });

  test("key heads that the file leaves out take transformers' defaults", () => {
    const headsOf = (json: object) =>
      parseModelConfig({ ...json, num_key_value_heads: undefined }).keyValueHeads;
    expect([headsOf(LLAMA_2_7B), headsOf(MISTRAL_7B)]).toEqual([32, 8]);
    expect(parseModelConfig({ ...MISTRAL_7B, num_key_value_heads: null }).keyValueHeads).toBe(32);
    expect(refusal({ ...LLAMA_2_7B, num_key_value_heads: 5 }).fields).toEqual({
      field: "num_key_value_heads",
    });
  });
});

describe("which Baichuan it is", () => {
  test("the first 7B has a plain head, the second's is normalised", () => {
    const { z_loss_weight: _, ...first } = {
      ...BAICHUAN2_7B,
      vocab_size: 64000,
      architectures: ["BaiChuanForCausalLM"],
    };
    expect(parseModelConfig(first)).toMatchObject({ architecture: "baichuan", normalisedHead: false });
    expect(parseModelConfig(BAICHUAN2_7B)).toMatchObject({
      architecture: "baichuan2",
      normalisedHead: true,
      projections: "stacked",
      rotary: plainRotary(128, 10000),
    });
    const unknown = { ...first, architectures: ["BaichuanForCausalLM"] };
    expect(refusal(unknown).advice).toMatch(/cannot be told which Baichuan/);
  });

  test("13B is refused by name", () => {
    const { max_position_embeddings: _, ...endless } = { ...BAICHUAN2_7B, hidden_size: 5120 };
    for (const json of [endless, { ...endless, max_position_embeddings: 4096 }]) {
      const error = refusal(json);
      expect(error.tag).toBe("unsupported");
      expect(error.advice).toMatch(/13B.*ALiBi/);
    }
  });
});

test.each([
  ["quantization_config", { quant_method: "gptq" }],
  ["attn_logit_softcapping", 50],
  ["final_logit_softcapping", 30],
  ["num_local_experts", 8],
  ["residual_multiplier", 0.2],
  ["partial_rotary_factor", 0.5],
  ["hidden_act", "relu2"],
])("refuses %s = %o by name", (field, value) => {
  expect(refusal({ ...LLAMA_2_7B, [field]: value })).toMatchObject({ tag: "unsupported", fields: { field } });
});

test("switches that change nothing are let be", () => {
  const harmless = {
    quantization_config: null,
    residual_multiplier: 1,
    use_qk_norm: false,
    pretraining_tp: 2,
  };
  expect(parseModelConfig({ ...LLAMA_2_7B, ...harmless })).toEqual(parseModelConfig(LLAMA_2_7B));
});

describe("names", () => {
  test("each parameter has its place", () => {
    const config = parseModelConfig({ ...OLMO_2_1B, num_hidden_layers: 2 });
    const placeOf = (name: string) => parameterPlace(config, name);
    expect(placeOf("model.embed_tokens.weight")).toEqual({ layer: null, part: "embedding" });
    expect(placeOf("model.layers.1.self_attn.k_proj.weight")).toEqual({ layer: 1, part: "attention" });
    expect(placeOf("model.layers.0.self_attn.q_norm.weight")).toEqual({ layer: 0, part: "norm" });
    expect(placeOf("model.layers.1.post_feedforward_layernorm.weight")).toEqual({ layer: 1, part: "norm" });
    expect(placeOf("model.layers.1.mlp.gate_proj.weight")).toEqual({ layer: 1, part: "mlp" });
    expect(placeOf("model.norm.weight")).toEqual({ layer: null, part: "norm" });
    expect(placeOf("lm_head.weight")).toEqual({ layer: null, part: "head" });
    expect(() => placeOf("model.layers.0.input_layernorm.weight")).toThrow(/no parameter/);
  });

  test("old files' frequencies are buffers, a tied head is no parameter", () => {
    const roleOf = createRoleOf(parseModelConfig(QWEN2_5_HALF_B));
    expect(roleOf("model.layers.7.self_attn.rotary_emb.inv_freq")).toBe("buffer");
    expect(roleOf("lm_head.weight")).toBe("tied");
    expect(roleOf("model.layers.7.self_attn.v_proj.bias")).toBe("parameter");
    expect(roleOf("model.layers.7.self_attn.o_proj.bias")).toBe("unknown");
    expect(createRoleOf(parseModelConfig(BAICHUAN2_7B))("model.layers.0.self_attn.W_pack.weight")).toBe(
      "parameter",
    );
  });

  test("a model without gains has none in its table", () => {
    const names = parameterTable(parseModelConfig(OLMO_1B)).map(({ name }) => name);
    expect(names.filter((name) => name.includes("norm"))).toEqual([]);
  });
});

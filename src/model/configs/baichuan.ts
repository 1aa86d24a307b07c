/**
 * Baichuan 7B and Baichuan2 7B (Yang et al. 2023): Llama with one matrix for queries, keys and values; the second
 * with a head of unit rows. Both call themselves "baichuan", as do the 13B models, which have ALiBi in place of rotary
 * embeddings and are not run. Their published files tell them apart like this: the 13B ones give `model_max_length`
 * and no `max_position_embeddings`; the first 7B is a `BaiChuanForCausalLM`; the second models have `z_loss_weight`.
 */
import * as v from "valibot";
import { commonFields, fraction, headExtent, parseFields, unsupported } from "../configFields.ts";
import type { ModelConfig } from "../decoder.ts";
import { rotaryFields } from "../rotary.ts";
import { plainLlama } from "./llama.ts";

const familySchema = v.looseObject({
  architectures: v.nullish(v.array(v.string())),
  hidden_size: v.number(),
  vocab_size: v.number(),
  max_position_embeddings: v.nullish(v.number()),
  z_loss_weight: v.nullish(v.number()),
});

const schema = v.looseObject({
  ...commonFields,
  ...rotaryFields,
  num_key_value_heads: v.nullish(headExtent),
  head_dim: v.nullish(headExtent),
  hidden_act: v.optional(v.string(), "silu"),
  rms_norm_eps: v.nullish(fraction),
});

/** Width of both 13B models, in case a program has added the length that they leave out. */
const WIDTH_13B = 5120;
/** V of the second models. */
const VOCABULARY_2 = 125_696;

/** @throws AppError `bad-format`, `unsupported` naming the field, or the 13B model. */
export function parseBaichuan(json: unknown): ModelConfig {
  const family = parseFields(familySchema, json);
  if (family.max_position_embeddings == null || family.hidden_size === WIDTH_13B)
    throw unsupported(
      "model_type",
      "baichuan",
      "It looks like Baichuan 13B, whose ALiBi positions cannot be run; the 7B models can.",
    );
  const second = family.z_loss_weight != null || family.vocab_size === VOCABULARY_2;
  if (!second && !family.architectures?.includes("BaiChuanForCausalLM"))
    throw unsupported(
      "model_type",
      "baichuan",
      'It cannot be told which Baichuan this is: Baichuan2 has "z_loss_weight", Baichuan 7B the architecture "BaiChuanForCausalLM".',
    );
  const raw = parseFields(schema, json);
  return {
    ...plainLlama({ ...raw, head_dim: undefined }),
    architecture: second ? "baichuan2" : "baichuan",
    projections: "stacked",
    normalisedHead: second,
  };
}

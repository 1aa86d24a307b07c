/**
 * Checkpoints of real models' full size with random weights, written to a folder in Hugging Face layout with the causal
 * masks that older files carry. They say nothing, but they weigh what the real ones weigh. Never committed.
 */
import { copyFile, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeFloat16 } from "../src/base/float16.ts";
import { encodeSafetensorsHead } from "../src/checkpoint/encode.ts";
import { type TensorSpec, tensorBytes } from "../src/checkpoint/tensor.ts";
import { parseModelConfig } from "../src/model/config.ts";
import { parameterTable } from "../src/model/parameterTable.ts";

/** The demo's tokenizer stands in for Pythia's, which is not ours to ship; its ids fit any larger vocabulary. */
const TOKENIZER = fileURLToPath(new URL("../public/demo/step3200/tokenizer.json", import.meta.url));

/** `config.json` of the shapes that are measured. */
export const SHAPES = {
  "pythia-70m": neox(512, 6, 8),
  "pythia-410m": neox(1024, 24, 16),
  "llama-7b": {
    model_type: "llama",
    vocab_size: 125_696,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 4096,
    rms_norm_eps: 1e-6,
    bos_token_id: 1,
    eos_token_id: 2,
  },
} as const;

/** A shape's name. */
export type ShapeName = keyof typeof SHAPES;

function neox(hidden: number, layers: number, heads: number) {
  return {
    architectures: ["GPTNeoXForCausalLM"],
    model_type: "gpt_neox",
    vocab_size: 50_304,
    hidden_size: hidden,
    intermediate_size: 4 * hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    max_position_embeddings: 2048,
    rotary_pct: 0.25,
    rotary_emb_base: 10_000,
    layer_norm_eps: 1e-5,
    hidden_act: "gelu",
    bos_token_id: 0,
    eos_token_id: 0,
    torch_dtype: "float16",
  };
}

const BLOCK = 2 ** 20;

/**
 * Writes one fp16 checkpoint, `layers` of it at most. Weights are N(0, 0.02²), repeated every million; a checkpoint of
 * another seed differs from that of seed 0 by a tenth of that.
 */
export async function writeRandomCheckpoint(
  folder: string,
  shape: ShapeName,
  seed: number,
  layers?: number,
): Promise<void> {
  const json = { ...SHAPES[shape], ...(layers === undefined ? {} : { num_hidden_layers: layers }) };
  const config = parseModelConfig(json);
  await mkdir(folder, { recursive: true });
  const text = await open(join(folder, "config.json"), "w");
  await text.writeFile(JSON.stringify(json));
  await text.close();
  await copyFile(TOKENIZER, join(folder, "tokenizer.json"));
  const weights = parameterTable(config).map(
    ({ name, shape: extents }): TensorSpec => ({ name, shape: extents, dtype: "F16" }),
  );
  const layout = encodeSafetensorsHead([...weights, ...maskSpecs(json)], { format: "pt" });
  const block = randomBlock(seed);
  const file = await open(join(folder, "model.safetensors"), "w");
  try {
    await file.writeFile(layout.head);
    for (const tensor of layout.tensors) {
      const bytes = tensorBytes(tensor);
      if (tensor.dtype === "U8") await file.writeFile(causalMask(Math.sqrt(bytes)));
      else if (/norm.*weight$/.test(tensor.name)) await file.writeFile(ones(bytes));
      else {
        for (let at = 0; at < bytes; at += block.byteLength)
          await file.writeFile(block.subarray(0, Math.min(block.byteLength, bytes - at)));
      }
    }
  } finally {
    await file.close();
  }
}

function maskSpecs(json: {
  readonly model_type: string;
  readonly max_position_embeddings: number;
  readonly num_hidden_layers: number;
}): readonly TensorSpec[] {
  if (json.model_type !== "gpt_neox") return [];
  const extents = [1, 1, json.max_position_embeddings, json.max_position_embeddings];
  return Array.from({ length: json.num_hidden_layers }, (_, layer) => ({
    name: `gpt_neox.layers.${layer}.attention.bias`,
    shape: extents,
    dtype: "U8" as const,
  }));
}

function causalMask(size: number): Uint8Array {
  const mask = new Uint8Array(size * size);
  for (let row = 0; row < size; row++) mask.fill(1, row * size, row * size + row + 1);
  return mask;
}

function ones(bytes: number): Uint8Array {
  return new Uint8Array(new Uint16Array(bytes / 2).fill(0x3c00).buffer);
}

/** A million fp16 numbers: a common draw, and a tenth as much of the seed's own. */
function randomBlock(seed: number): Uint8Array {
  const [common, own] = [createNormal(1), createNormal(1000 + seed)];
  const values = Float32Array.from(
    { length: BLOCK },
    () => 0.02 * common() + (seed === 0 ? 0 : 0.002 * own()),
  );
  const halves = new Uint16Array(BLOCK);
  encodeFloat16(values, halves);
  return new Uint8Array(halves.buffer);
}

/** Standard normal numbers, near enough: twelve uniform ones summed. */
function createNormal(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  };
}

/**
 * A model's hyper-parameters, read from the `config.json` of a Hugging Face folder. Old and new transformers spellings
 * become one record; what the graph cannot express is refused in words. Runs everywhere; knows no runtime.
 */
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import { checkForeignSwitches, parseFields } from "./configFields.ts";
import { parseBaichuan } from "./configs/baichuan.ts";
import { parseLlama, parseMistral, parseOlmo, parseOlmo2, parseQwen2 } from "./configs/llama.ts";
import { parseNeox } from "./configs/neox.ts";
import type { ModelConfig } from "./decoder.ts";

export type { ModelConfig } from "./decoder.ts";

/** `model_type` → how its fields are read. */
const PARSERS: ReadonlyMap<string, (json: unknown) => ModelConfig> = new Map([
  ["gpt_neox", parseNeox],
  ["llama", parseLlama],
  ["mistral", parseMistral],
  ["qwen2", parseQwen2],
  ["olmo", parseOlmo],
  ["olmo2", parseOlmo2],
  ["baichuan", parseBaichuan],
]);

/**
 * The model that a parsed `config.json` describes. What the file leaves out takes transformers' default, except sizes,
 * which must be there, and the tokens that begin and end a text.
 * @throws AppError `bad-format` naming the field that is missing or of the wrong kind, `unsupported` for another
 * architecture, activation, rotary scaling, or a switch that is not known.
 */
export function parseModelConfig(json: unknown): ModelConfig {
  const raw = parseFields(v.looseObject({ model_type: v.string() }), json);
  const { model_type } = raw;
  const parser = PARSERS.get(model_type);
  if (parser === undefined)
    throw new AppError("unsupported", `Models of the architecture "${model_type}" cannot be run.`, {
      advice: `Use one of the model types ${[...PARSERS.keys()].join(", ")}.`,
      fields: { field: "model_type", value: model_type },
    });
  checkForeignSwitches(raw);
  return parser(json);
}

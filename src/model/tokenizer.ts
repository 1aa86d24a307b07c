/**
 * Text to token ids and back: the one door to the tokenizers library. Ids agree with the reference implementation in
 * Rust. Runs everywhere; knows no file and no model.
 */
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import { decodeByteFallback } from "./byteFallback.ts";

/** A tokenizer as a checkpoint's `tokenizer.json` describes it. */
export interface Tokenizer {
  /** Ids of the text as it stands: nothing is put before or after it. Empty text has none. */
  encode(text: string): readonly number[];
  /** As the tokenizer encodes unless told otherwise: Llama's puts its beginning-of-sequence token first, Pythia's nothing. */
  encodeWithSpecials(text: string): readonly number[];
  /** The text of the ids, special tokens included. */
  decode(ids: readonly number[]): string;
  /** The text of the ids without special tokens: what a person reads of a generated text. */
  decodeText(ids: readonly number[]): string;
  /** Highest id plus one; a model's embedding may have more rows. */
  readonly vocabularySize: number;
  /** Id of the end-of-text token that the configuration names; `null` where it names none. */
  readonly eosToken: number | null;
}

const object = v.looseObject({});
const tokenizerSchema = v.looseObject({
  model: object,
  added_tokens: v.optional(v.array(object), []),
  normalizer: v.optional(v.nullable(object), null),
  pre_tokenizer: v.optional(v.nullable(object), null),
  post_processor: v.optional(v.nullable(object), null),
  decoder: v.optional(v.nullable(object), null),
});
const configSchema = v.looseObject({
  eos_token: v.nullish(v.union([v.string(), v.looseObject({ content: v.string() })])),
});

/** GPT-2's pattern, which byte-level pre-tokenizers use unless told otherwise (tokenizers, `byte_level.rs`). */
const BYTE_LEVEL_PATTERN =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/**
 * @param tokenizerJson `tokenizer.json`, parsed.
 * @param tokenizerConfigJson `tokenizer_config.json`, parsed, or `null`; only its end-of-text token is used.
 * @throws AppError `bad-format` when a part is missing, `unsupported` for a kind the library does not know.
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfigJson: unknown): Tokenizer {
  const json = parse(tokenizerSchema, "tokenizer.json", tokenizerJson);
  const config = parse(configSchema, "tokenizer_config.json", tokenizerConfigJson ?? {});
  const library = load({ ...json, pre_tokenizer: withUnicodeSpaces(json.pre_tokenizer) }, config);
  repairByteFallback(library.decoder);
  const vocabulary = library.get_vocab();
  const eos = typeof config.eos_token === "object" ? config.eos_token?.content : config.eos_token;
  return {
    encode: (text) => library.encode(text, { add_special_tokens: false }).ids,
    encodeWithSpecials: (text) => library.encode(text, { add_special_tokens: true }).ids,
    decode: (ids) => decode(library, ids, false),
    decodeText: (ids) => decode(library, ids, true),
    vocabularySize: [...vocabulary.values()].reduce((most, id) => Math.max(most, id + 1), 0),
    eosToken: eos == null ? null : (vocabulary.get(eos) ?? null),
  };
}

function decode(library: LibraryTokenizer, ids: readonly number[], skipSpecials: boolean): string {
  if (ids.length === 0) return "";
  return library.decode([...ids], {
    skip_special_tokens: skipSpecials,
    clean_up_tokenization_spaces: false,
  });
}

/**
 * The library's byte-level pre-tokenizer splits by a JavaScript pattern, whose `\s` holds U+FEFF and lacks U+0085,
 * unlike Unicode's White_Space in the reference. The same pattern given as a `Split` is translated faithfully. Where a
 * space is to be put before the text the order of the two steps would matter, so that case stays as it is.
 */
function withUnicodeSpaces(preTokenizer: Record<string, unknown> | null): Record<string, unknown> | null {
  if (preTokenizer === null) return null;
  const { type, pretokenizers } = preTokenizer;
  if (type === "Sequence" && Array.isArray(pretokenizers)) {
    return { ...preTokenizer, pretokenizers: pretokenizers.map(withUnicodeSpaces) };
  }
  const splits = type === "ByteLevel" && preTokenizer.use_regex !== false;
  if (!splits || preTokenizer.add_prefix_space === true) return preTokenizer;
  const split = {
    type: "Split",
    pattern: { Regex: BYTE_LEVEL_PATTERN },
    behavior: "Isolated",
    invert: false,
  };
  return { type: "Sequence", pretokenizers: [split, { ...preTokenizer, use_regex: false }] };
}

/** Has the library's byte-fallback decoder, alone or in a sequence, do as the reference does. */
function repairByteFallback(decoder: LibraryTokenizer["decoder"]): void {
  if (decoder === null) return;
  if (decoder.config.type === "ByteFallback") decoder.decode_chain = decodeByteFallback;
  if ("decoders" in decoder && Array.isArray(decoder.decoders)) decoder.decoders.forEach(repairByteFallback);
}

function load(json: object, config: object): LibraryTokenizer {
  try {
    return new LibraryTokenizer(json, config);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("unsupported", `The tokenizer cannot be used: ${why}.`, {
      advice: "Use a checkpoint whose tokenizer.json has a byte-pair model, as Pythia's and Llama's have.",
      cause,
    });
  }
}

function parse<S extends v.GenericSchema>(schema: S, file: string, json: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new AppError(
    "bad-format",
    `${file} is not usable at "${v.getDotPath(issue) ?? "its top"}": ${issue.message}.`,
    { advice: "Use the files that were saved with the model.", fields: { file } },
  );
}

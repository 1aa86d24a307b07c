/**
 * From rows to scored token sequences, in lm-evaluation-harness's conventions (`lm_eval/api/model.py`, `_encode_pair`
 * and `loglikelihood`; `lm_eval/models/huggingface.py`, `tok_encode`, `_loglikelihood_tokens`, `loglikelihood_rolling`).
 * Pure; knows no device.
 */
import { AppError } from "../base/errors.ts";
import { stripEnd } from "../base/pythonSpace.ts";
import type { TaskRow } from "../domain/task.ts";

/** Text to tokens and back; a model room's tokenizer is one. */
export interface TokenCodec {
  /** Adds no special tokens. */
  encode(text: string): readonly number[];
  /** As the tokenizer encodes unless told otherwise: Llama's puts its beginning-of-sequence token first. */
  encodeWithSpecials(text: string): readonly number[];
  decode(tokens: readonly number[]): string;
  /** As `decode`, without special tokens. */
  decodeText(tokens: readonly number[]): string;
}

/** What requests depend on besides the rows. */
export type TokenSettings = {
  readonly codec: TokenCodec;
  /** Stands in for an empty context: the tokenizer's beginning-of-sequence token, else its end-of-sequence token. */
  readonly prefixToken: number;
  /** Most tokens that go into the model at once. */
  readonly maxLength: number;
};

/** The log-probability wanted of `tokens[firstTarget…]`, each given all tokens before it; 1 ≤ firstTarget < length. */
export type ScoreRequest = {
  readonly tokens: readonly number[];
  readonly firstTarget: number;
};

/** The text scored for each choice of a row, in order: [context, continuation]. */
export function textPairs(row: TaskRow): readonly (readonly [string, string])[] {
  switch (row.kind) {
    case "multiple-choice":
      return row.choices.map((choice) => [row.context, row.delimiter + choice]);
    case "partial":
      return row.contexts.map((context) => [context, row.delimiter + row.continuation]);
    case "target":
      return [[row.context, row.delimiter + row.target]];
    case "text":
      return [["", row.text]];
    case "generation":
      return [[row.question, ` ${row.answer}`]];
    default:
      return row satisfies never;
  }
}

/** A row's text with its right answer, as one running text. */
export function goldText(row: TaskRow): string {
  const pairs = textPairs(row);
  const [context, continuation] = pairs["gold" in row ? row.gold : 0]!;
  return context + continuation;
}

/**
 * A text with the tokenizer's own special tokens, as the harness encodes contexts: none before a text that begins with
 * the prefix token's text already.
 */
export function encodeText(text: string, { codec, prefixToken }: TokenSettings): readonly number[] {
  return text.startsWith(codec.decode([prefixToken])) ? codec.encode(text) : codec.encodeWithSpecials(text);
}

/**
 * One request: trailing whitespace of the context moves to the continuation, both are encoded together, and the
 * continuation's tokens are those after the context's own count. An empty context is the prefix token, unless the
 * continuation begins with it. What does not fit is dropped from the left.
 * @throws AppError `bad-format` when the continuation has no token, `unsupported` when it alone is too long.
 */
export function encodePair(context: string, continuation: string, settings: TokenSettings): ScoreRequest {
  const { codec, prefixToken, maxLength } = settings;
  const kept = stripEnd(context);
  const scored = context.slice(kept.length) + continuation;
  if (kept === "") {
    const tokens = codec.encode(scored);
    return tokens[0] === prefixToken && tokens.length > 1
      ? fitted(tokens.slice(0, 1), tokens.slice(1), maxLength)
      : fitted([prefixToken], tokens, maxLength);
  }
  const contextTokens = encodeText(kept, settings);
  const whole = encodeText(kept + scored, settings);
  return fitted(contextTokens, whole.slice(contextTokens.length), maxLength);
}

/** Context and continuation as one sequence of at most maxLength + 1 tokens, the last of which is never an input. */
function fitted(
  context: readonly number[],
  continuation: readonly number[],
  maxLength: number,
): ScoreRequest {
  if (continuation.length === 0)
    throw new AppError("bad-format", "A continuation to be scored has no tokens of its own.", {
      advice:
        "Give every choice, continuation and target at least one character that its context does not swallow.",
    });
  if (continuation.length > maxLength)
    throw new AppError(
      "unsupported",
      `A continuation of ${continuation.length} tokens is longer than the model's ${maxLength} positions.`,
      { advice: "Leave that item out, shorten it, or give it as a text row, which is scored in windows." },
    );
  const tokens = [...context, ...continuation].slice(-(maxLength + 1));
  return { tokens, firstTarget: tokens.length - continuation.length };
}

/** The same error, saying which item it is about (counted from 1). */
export function aboutItem<T>(index: number, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    throw new AppError(thrown.tag, `Item ${index + 1}: ${thrown.message}`, {
      ...(thrown.advice === null ? {} : { advice: thrown.advice }),
      fields: { ...thrown.fields, item: index },
      cause: thrown,
    });
  }
}

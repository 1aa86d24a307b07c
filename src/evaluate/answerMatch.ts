/**
 * Reading an answer out of a generated text and comparing it, as lm-evaluation-harness does (`filters/extraction.py`,
 * `RegexFilter`; `api/metrics.py`, `exact_match_hf_evaluate`). Patterns are Python's, run by RE2 in linear time, so
 * that a hostile one cannot hang. Pure; the one door to re2js.
 */
import { RE2JS } from "re2js";
import { AppError } from "../base/errors.ts";
import { strip } from "../base/pythonSpace.ts";
import type { AnswerFilter, GenerationRule } from "../domain/task.ts";
import { toRe2 } from "./pythonPattern.ts";

/** What one filter read out of a text, and whether it is the answer. */
export type MatchedAnswer = { readonly extracted: string; readonly correct: boolean };

/** What is read where a filter finds nothing. */
const INVALID = "[invalid]";
/** Python's `string.punctuation`. */
const PUNCTUATION = new Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

const compiled = new Map<string, RE2JS>();
/** Patterns that stay compiled. */
const MAX_COMPILED = 256;
/** Characters of a pattern: the harness's have fewer than two hundred. */
const MAX_PATTERN = 4000;

/** One answer a filter, in the rule's order. @throws AppError `unsupported` for a pattern RE2 does not have. */
export function matchAnswer(generated: string, gold: string, rule: GenerationRule): readonly MatchedAnswer[] {
  const wanted = normalise(gold, rule);
  return rule.filters.map((filter) => {
    const extracted = extract(generated, filter);
    return { extracted, correct: normalise(extracted, rule) === wanted };
  });
}

/** @throws AppError `unsupported` naming the first pattern of a rule that cannot be used. */
export function checkPatterns({ filters, ignore }: GenerationRule): void {
  for (const pattern of [...filters.map((filter) => filter.pattern), ...ignore])
    if (pattern !== null) compile(pattern);
}

/**
 * The selected match: of a pattern with one group that group, of one with several the first that is not empty.
 * White space at its ends is removed, as the harness does. A match that is not there, however many others are, reads
 * as none (the harness stops with an error).
 */
function extract(text: string, { pattern, select }: AnswerFilter): string {
  if (pattern === null) return text;
  const matcher = compile(pattern).matcher(text);
  const found: (readonly string[])[] = [];
  while (matcher.find()) {
    const groups = Array.from({ length: matcher.groupCount() }, (_, i) => matcher.group(i + 1) ?? "");
    found.push(groups.length === 0 ? [matcher.group() ?? ""] : groups);
  }
  const chosen = found.at(select);
  if (chosen === undefined) return INVALID;
  if (chosen.length === 1) return strip(chosen[0]!);
  return strip(chosen.find((group) => group !== "") ?? INVALID);
}

function normalise(text: string, { ignore, ignoreCase, ignorePunctuation, strip: stripped }: GenerationRule) {
  let rest = text;
  for (const pattern of ignore) rest = compile(pattern).matcher(rest).replaceAll("");
  if (ignoreCase) rest = rest.toLowerCase();
  if (ignorePunctuation) rest = [...rest].filter((character) => !PUNCTUATION.has(character)).join("");
  return stripped ? strip(rest) : rest;
}

function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (pattern.length > MAX_PATTERN)
    throw new AppError("unsupported", `A pattern of ${pattern.length} characters cannot be used.`, {
      advice: `Write it in at most ${MAX_PATTERN}.`,
    });
  let fresh: RE2JS;
  try {
    fresh = RE2JS.compile(toRe2(pattern));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("unsupported", `The pattern ${JSON.stringify(pattern)} cannot be used: ${why}.`, {
      advice: "Write it without look-around and back-references.",
      fields: { pattern },
      cause,
    });
  }
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(pattern, fresh);
  return fresh;
}

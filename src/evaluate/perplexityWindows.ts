/**
 * A long text as windows whose predictions are disjoint and together cover it (`lm_eval/utils.py`,
 * `get_rolling_token_windows` with one token of context, and `make_disjoint_window`): the first is conditioned on the
 * prefix token alone, the last reaches back so that it is full. Pure.
 */
import type { ScoreRequest } from "./requests.ts";

/** Windows of at most `maxLength` inputs; every token of the text is a target exactly once. */
export function rollingWindows(
  tokens: readonly number[],
  prefixToken: number,
  maxLength: number,
): readonly ScoreRequest[] {
  const first = Math.min(maxLength, tokens.length);
  if (first === 0) return [];
  const windows: ScoreRequest[] = [{ tokens: [prefixToken, ...tokens.slice(0, first)], firstTarget: 1 }];
  for (let predicted = first; predicted < tokens.length; ) {
    const count = Math.min(tokens.length - predicted, maxLength);
    const end = predicted + count; // exclusive
    const window = tokens.slice(end - maxLength - 1, end);
    windows.push({ tokens: window, firstTarget: window.length - count });
    predicted = end;
  }
  return windows;
}

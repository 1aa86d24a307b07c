/** `suggest`: the table's rows go through the same model as a live search. Wiring only. */
import { suggest } from "../bayes/suggest.ts";
import type { Measurement, Suggestion, SuggestSettings } from "../domain/surrogate.ts";

/** @throws AppError `usage` for unusable rows or settings; `numerics` when no model can be computed. */
export function suggestNext(request: {
  readonly rows: readonly Measurement[];
  readonly settings: SuggestSettings;
}): Suggestion {
  return suggest(request.rows, request.settings);
}

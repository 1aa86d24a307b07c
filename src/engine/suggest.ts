/** `suggest`: the table's rows go through the same model as a live search. Wiring only. */
import { suggest } from "../bayes/suggest.ts";
import type { MeasuredRow, SuggestionRecord, SuggestionSettings } from "../domain/suggestion.ts";

/** @throws AppError `usage` for unusable rows or settings; `numerics` when no model can be computed. */
export function suggestNext(request: {
  readonly rows: readonly MeasuredRow[];
  readonly settings: SuggestionSettings;
}): SuggestionRecord {
  return suggest(request.rows, request.settings);
}

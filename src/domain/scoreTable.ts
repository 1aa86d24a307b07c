/** Scores of merges that were measured elsewhere, as a table. Plain records. */
import type { Measurement } from "./surrogate.ts";

/** A table as it was read; values are larger for better. */
export type ScoreTable = {
  readonly name: string;
  readonly rows: readonly Measurement[];
  /** Sentences on what was left out or turned. */
  readonly notes: readonly string[];
};

/** A table that ships as an example, with where its numbers are printed. */
export type ExampleTable = {
  /** Its file is `examples/NAME.csv`. */
  readonly name: string;
  readonly title: string;
  readonly source: string;
};

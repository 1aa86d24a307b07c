/**
 * The contract of a merge method: it describes itself, so that forms, help and documents come from one record, and it
 * turns its options into coefficients. Runs everywhere; knows no tensor.
 */

/** One setting of a method. */
export type MethodOption = {
  /** As the command line spells it: `lambda` for `--lambda`. */
  readonly name: string;
  readonly title: string;
  /** One number, or one a parent. */
  readonly kind: "number" | "numbers";
  readonly summary: string;
};

/** Chosen settings by option name; what is absent takes the method's default. */
export type OptionValues = Readonly<Partial<Record<string, number | readonly number[]>>>;

/** A method whose result is Σ λᵢΘᵢ (P1 eq. 1) with coefficients that need no look at the weights. */
export interface MergeMethod {
  readonly name: string;
  readonly title: string;
  /** One or two sentences for a person who chooses. */
  readonly summary: string;
  /** Authors, year, title. */
  readonly paper: string;
  readonly options: readonly MethodOption[];
  /**
   * One coefficient a parent, oldest first, summing to 1.
   * @throws AppError `usage` when the options do not fit the number of parents.
   */
  coefficients(parents: number, options: OptionValues): readonly number[];
}

/** Records of advice for scores that were measured elsewhere: the table's rows, how to read them, what came out. */
import type {
  AcquisitionName,
  Incumbent,
  IncumbentKind,
  KernelName,
  LeaveOneOut,
  NoiseKind,
  PosteriorPoint,
  SurrogateGrid,
  SurrogateModel,
} from "./surrogate.ts";

/** A row of the table: weights oldest parent first, summing to 1; `stderr` is needed with known noise. */
export type MeasuredRow = {
  readonly weights: readonly number[];
  readonly value: number;
  readonly stderr: number | null;
};

/** How to read the table; larger values are better. */
export type SuggestionSettings = {
  readonly alpha: number;
  readonly acquisition: AcquisitionName;
  readonly kernel: KernelName;
  readonly noise: NoiseKind;
  readonly incumbent: IncumbentKind;
  readonly beta: number;
  readonly gridPoints: number;
  readonly seed: number;
  /** Hyper-parameters held, in standardised units unless `standardize` is false. */
  readonly fixed: {
    /** One number for every input, or one each. */
    readonly lengthscale?: readonly number[];
    readonly outputscale?: number;
    readonly noise?: number;
    readonly mean?: number;
  };
  readonly standardize: boolean;
};

/** The table's model, its curves and the next weights to try. */
export type SuggestionRecord = {
  readonly model: SurrogateModel;
  readonly incumbent: Incumbent;
  /** For two parents, else `null`. */
  readonly grid: SurrogateGrid | null;
  readonly next: {
    readonly weights: readonly number[];
    readonly lambda: number | null;
    readonly acquisition: AcquisitionName;
    /** Height of the acquisition function there. */
    readonly value: number;
    readonly posterior: PosteriorPoint;
    readonly movedFrom: readonly number[] | null;
  };
  /** `null` for a single row. */
  readonly leaveOneOut: LeaveOneOut | null;
};

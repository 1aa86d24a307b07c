/**
 * What a study of the papers gives: three sentences, tables and figures as data. The page, the command line and the report
 * draw the same record. Values stand in the metric's own direction and in the units their column names.
 */

/** A number with its uncertainty, a word, or nothing (which is drawn as a dash, never as 0). */
export type Cell = string | CellNumber | null;

/** A measured number of a table. */
export type CellNumber = {
  readonly value: number;
  /** One standard error; absent where there is none. */
  readonly stderr?: number;
  /** Whether the difference the number tells can be told from noise after correction for how many were looked at. */
  readonly certain?: boolean;
  /** The best of its column. */
  readonly best?: boolean;
};

/** How a column's numbers are written. */
export type ColumnUnit =
  /** A share that is read as a percentage: 0.5 is "50.0". */
  | "percent"
  /** A difference of shares in percentage points, with its sign. */
  | "points"
  /** A difference in the measure's own unit, with its sign. */
  | "difference"
  | "plain"
  | "count"
  | "lambda"
  /** A p-value or q-value. */
  | "p";

/** A column of a table. */
export type Column = { readonly title: string; readonly unit: ColumnUnit | "words" };

/** One table. The first column names the row. */
export type StudyTable = {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** What a reader has to know to read it: what ± means, how many items. */
  readonly note: string;
};

/** An axis: what it shows, and how its numbers are written. */
export type Axis = { readonly label: string; readonly unit: ColumnUnit };

/** A point with an optional interval of its y. */
export type PlotPoint = {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
};

/** A figure as data. */
export type StudyFigure = { readonly title: string; readonly caption: string } & (
  | {
      readonly kind: "lines";
      readonly x: Axis;
      readonly y: Axis;
      /** A band is drawn where points have an interval. `dots` draws the points themselves. */
      readonly series: readonly {
        readonly name: string;
        readonly points: readonly PlotPoint[];
        readonly style: "line" | "dashed" | "dots";
      }[];
      /** Horizontal lines with a name: the parents. */
      readonly rules: readonly { readonly y: number; readonly name: string }[];
    }
  | {
      readonly kind: "scatter";
      readonly x: Axis;
      readonly y: Axis;
      readonly points: readonly { readonly x: number; readonly y: number; readonly name: string }[];
    }
  | {
      /** Lower triangle of pairs: row is the newer checkpoint, column the older. */
      readonly kind: "pairs";
      readonly names: readonly string[];
      readonly unit: ColumnUnit;
      readonly cells: readonly {
        readonly older: number;
        readonly newer: number;
        readonly value: number;
        /** False where it cannot be told from noise: hatched. */
        readonly certain: boolean;
      }[];
    }
  | {
      /** One mark a name and group, with an interval. */
      readonly kind: "intervals";
      readonly y: Axis;
      readonly groups: readonly string[];
      readonly marks: readonly {
        readonly group: string;
        readonly name: string;
        readonly value: number;
        readonly low: number;
        readonly high: number;
      }[];
    }
  | {
      readonly kind: "boxes";
      readonly y: Axis;
      /** Facets side by side; one box a name in each. */
      readonly groups: readonly {
        readonly group: string;
        readonly name: string;
        readonly values: readonly number[];
      }[];
    }
  | {
      /** From the value on the searched half to the value on the other: the winner's curse. */
      readonly kind: "shrinkage";
      readonly y: Axis;
      readonly arrows: readonly {
        readonly name: string;
        readonly from: number;
        readonly to: number;
        readonly low: number;
        readonly high: number;
      }[];
    }
  | {
      /** Two or three sets with the sizes of their regions; area-true as far as circles can be. */
      readonly kind: "overlap";
      readonly sets: readonly string[];
      /** `members` are indices into `sets`; the region is inside these and outside the others. */
      readonly regions: readonly {
        readonly members: readonly number[];
        readonly count: number;
        /** The items, as places among the rows. */
        readonly items: readonly number[];
      }[];
      /** Where the items are. */
      readonly rows: { readonly task: string; readonly split: "search" | "test" };
    }
);

/** Every study's name, in the order of the papers. */
export const STUDY_NAMES = [
  "pairs",
  "neighbours",
  "lambda",
  "methods",
  "transfer",
  "heldout-size",
  "alpha",
  "acquisitions",
  "perplexity-merging",
  "correlation",
  "data-quantity",
  "inputs",
  "spread",
  "overlap",
  "theory",
] as const;

/** A study's name. */
export type StudyName = (typeof STUDY_NAMES)[number];

/** What a list of studies shows before any is run. */
export type StudyDescription = {
  readonly name: StudyName;
  readonly title: string;
  /** "P1 Fig. 2; P2 Fig. 3": where the papers print it. */
  readonly source: string;
  /** What the paper claims, in one sentence. */
  readonly claim: string;
};

/** What a study is run on. */
export type StudySettings = {
  /** Oldest first. */
  readonly checkpoints: readonly string[];
  /** By name. */
  readonly tasks: readonly string[];
  /** A task of running text, whose loss is smooth, for the theory; `null` where there is none. */
  readonly text: string | null;
  /** The base of methods that need one. */
  readonly base: string;
  /** Only the first so many rows of each half; `null` for all. */
  readonly limit: number | null;
  readonly seed: number;
};

/** Right (1) and wrong (0) of an evaluation's items, so that who repeats the study can count flips. */
export type OutcomeRecord = {
  /** "0.5 × demo:4400 + 0.5 × demo:4600" */
  readonly recipe: string;
  readonly task: string;
  readonly split: string;
  readonly n: number;
  /** Base64 of the bits, first item in the highest bit; for losses of each item's loss rounded to 1e-3. */
  readonly outcomes: string;
};

/** A study that was run. */
export type StudyResult = StudyDescription & {
  readonly settings: StudySettings;
  /** What this run shows. */
  readonly shows: string;
  /** What it does not show: goes on from "It does not show". */
  readonly not: string;
  readonly tables: readonly StudyTable[];
  readonly figures: readonly StudyFigure[];
  /** Readings, ambiguities, what was left out and why. */
  readonly notes: readonly string[];
};

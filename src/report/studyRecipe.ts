/**
 * What repeats a report: the studies, their settings and what every evaluated item came to. A file of anybody's until it is
 * parsed.
 */
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import { countFlips } from "../domain/outcomes.ts";
import {
  type OutcomeRecord,
  STUDY_NAMES,
  type StudyResult,
  type StudySettings,
} from "../domain/studyResult.ts";

const text = v.pipe(v.string(), v.maxLength(4096));
const schema = v.object({
  format: v.literal("mergescope-study"),
  version: text,
  settings: v.object({
    checkpoints: v.pipe(v.array(text), v.minLength(1), v.maxLength(64)),
    tasks: v.pipe(v.array(text), v.minLength(1), v.maxLength(64)),
    text: v.nullable(text),
    base: text,
    limit: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
    seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
  }),
  studies: v.pipe(
    v.array(
      v.object({
        name: v.picklist(STUDY_NAMES),
        outcomes: v.pipe(
          v.array(
            v.object({
              recipe: text,
              task: text,
              split: text,
              n: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000_000)),
              outcomes: v.string(),
            }),
          ),
          v.maxLength(100_000),
        ),
      }),
    ),
    v.minLength(1),
  ),
});

/** A recipe as the file holds it. */
export type StudyRecipe = {
  readonly format: "mergescope-study";
  readonly version: string;
  readonly settings: StudySettings;
  readonly studies: readonly {
    readonly name: (typeof STUDY_NAMES)[number];
    readonly outcomes: readonly OutcomeRecord[];
  }[];
};

/** The recipe of studies that were run. */
export function studyRecipe(
  settings: StudySettings,
  studies: readonly { readonly result: StudyResult; readonly outcomes: readonly OutcomeRecord[] }[],
  version: string,
): StudyRecipe {
  return {
    format: "mergescope-study",
    version,
    settings,
    studies: studies.map(({ result, outcomes }) => ({ name: result.name, outcomes })),
  };
}

/** @throws AppError `bad-format` saying what is wrong where. */
export function readStudyRecipe(name: string, json: string): StudyRecipe {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw new AppError("bad-format", `${name} is not JSON.`, {
      advice: "Give a report's recipe.json.",
      cause,
    });
  }
  const result = v.safeParse(schema, parsed);
  if (result.success) return result.output;
  const { path, message } = result.issues[0];
  throw new AppError(
    "bad-format",
    `${name} is no recipe of a study: ${path?.map(({ key }) => key).join(".") ?? ""} ${message}`,
    {
      advice: "Give a report's recipe.json.",
    },
  );
}

/** How two runs of the same recipe compare. */
export type Repeat = {
  readonly evaluations: number;
  readonly items: number;
  /** Items that came out otherwise. */
  readonly flips: number;
  /** Evaluations that only one of the two has. */
  readonly unmatched: number;
  /** Where the most items differ. */
  readonly worst: { readonly recipe: string; readonly task: string; readonly flips: number } | null;
};

/** Evaluation by evaluation, item by item. @throws AppError `mismatch` for tasks of another number of items. */
export function compareRecipes(before: StudyRecipe, after: StudyRecipe): Repeat {
  const keyed = ({ studies }: StudyRecipe) =>
    new Map(
      // Several studies hold the same evaluation: each is compared, or the last would hide the others.
      studies.flatMap(({ name, outcomes }) =>
        outcomes.map((one) => [JSON.stringify([name, one.recipe, one.task, one.split]), one] as const),
      ),
    );
  const [left, right] = [keyed(before), keyed(after)];
  let [items, flips, matched] = [0, 0, 0];
  let worst: Repeat["worst"] = null;
  for (const [key, one] of left) {
    const other = right.get(key);
    if (other === undefined) continue;
    matched++;
    items += one.n;
    const count = countFlips(one, other);
    flips += count;
    if (count > (worst?.flips ?? 0)) worst = { recipe: one.recipe, task: one.task, flips: count };
  }
  return { evaluations: matched, items, flips, unmatched: left.size + right.size - 2 * matched, worst };
}

/** Recipes compared: an evaluation that several studies hold is compared in each of them. */
import { expect, test } from "vitest";
import { compareRecipes, type StudyRecipe } from "./studyRecipe.ts";

const recipe = (...records: readonly string[]): StudyRecipe => ({
  ...{ format: "mergescope-study", version: "1" },
  settings: { checkpoints: ["a"], tasks: ["t"], text: null, base: "a", limit: null, seed: 0 },
  studies: records.map((outcomes, i) => ({
    name: i === 0 ? "pairs" : "lambda",
    outcomes: [{ recipe: "a", task: "t", split: "test", n: 3, outcomes }],
  })),
});

test.each([
  ["first", recipe("1 9 3", "1 2 3")],
  ["last", recipe("1 2 3", "1 9 3")],
])("a flip in the %s study that holds an evaluation is found", (_, after) => {
  expect(compareRecipes(recipe("1 2 3", "1 2 3"), after)).toMatchObject({
    ...{ evaluations: 2, items: 6, flips: 1, unmatched: 0 },
  });
});

/** The shipped results against the engine: some are computed again from the shipped checkpoints and compared. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { turnSign } from "../domain/measure.ts";
import { pairRecipe, type Recipe, soleRecipe } from "../domain/recipe.ts";
import type { ShippedResults } from "../domain/shipped.ts";
import type { Score, Subject } from "../domain/study.ts";
import { createNodeBackend } from "../runtime/ortNode.ts";
import { createNodeFileSet } from "../storage/node/nodeFile.ts";
import { replayStudy } from "../study/replay.ts";
import { createEngine } from "./engine.ts";
import { tinyPlatform } from "./fixtures/tinyRun.ts";

const DEMO = join(import.meta.dirname, "../../public/demo");
const shipped = JSON.parse(readFileSync(join(DEMO, "results.json"), "utf8")) as ShippedResults;
const job = { signal: new AbortController().signal, emit: () => undefined };
const engine = createEngine(
  tinyPlatform({ demo: createNodeFileSet(DEMO), startBackend: () => createNodeBackend(2) }),
);

/** Another processor may round the last bits otherwise; an item near a tie may then change sides. */
async function expectSame(subject: Subject, recipe: Recipe, score: Score): Promise<void> {
  const request = { recipe, task: subject.task, split: subject.split, limit: null };
  const { metrics, n } = await engine.call("evaluate", request, job);
  const { metric } = subject.measure;
  expect(n).toBe(score.n);
  const tolerance = subject.measure.percent ? 2.5 / n : 1e-4;
  expect(Math.abs(turnSign(subject.measure, metrics[metric]!.value) - score.value)).toBeLessThan(tolerance);
}

test("the run is the one whose files are there", async () => {
  expect(await engine.call("openDemo", {}, job)).toEqual(shipped.run);
});

test("the first, a middle and the last cell of the matrix come out again", async () => {
  const { subject, cells, diagonal } = shipped.matrix;
  expect(diagonal).toHaveLength(subject.parents.length);
  expect(cells).toHaveLength((diagonal.length * (diagonal.length - 1)) / 2);
  for (const cell of [cells[0]!, cells[Math.floor(cells.length / 2)]!, cells.at(-1)!]) {
    const recipe = pairRecipe(subject.parents[cell.i]!, subject.parents[cell.j]!, cell.lambda);
    await expectSame(subject, recipe, cell);
  }
});

test("a point of the sweep and the best trial of the search come out again", async () => {
  const { sweep, study } = shipped;
  const [older, newer] = sweep.subject.parents as [string, string];
  const point = sweep.points[Math.floor(sweep.points.length / 3)]!;
  await expectSame(sweep.subject, pairRecipe(older, newer, point.lambda), point);
  const best = study.trials[study.best!]!;
  await expectSame(study.subject, { parents: study.subject.parents, coefficients: best.weights }, best);
});

test("every suggestion of the search follows from what was measured before it", () => {
  const { settings, parents, trials } = shipped.study;
  expect(trials).toHaveLength(settings.trials);
  expect(replayStudy(settings, parents, trials)).toEqual([]);
});

test("the held-out comparison is of the best trial, on rows the search did not see", async () => {
  const { study } = shipped;
  const subject = { ...study.subject, metric: study.subject.measure.metric, limit: null };
  const { weights } = study.trials[study.best!]!;
  const again = await engine.call("compare", { subject, weights }, job);
  expect(again.split).not.toBe(study.subject.split);
  expect(Math.abs(again.delta - study.heldout!.delta)).toBeLessThan(3 / again.merge.n);
});

test("a checkpoint's own score on the running text comes out again", async () => {
  const trajectory = shipped.trajectories.find(({ measure }) => !measure.percent)!;
  const subject: Subject = {
    parents: [],
    task: trajectory.task,
    split: "search",
    measure: trajectory.measure,
  };
  const { name } = shipped.run.checkpoints.at(-1)!;
  await expectSame(subject, soleRecipe(name), trajectory.scores.at(-1)!);
});

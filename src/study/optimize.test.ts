import { expect, test } from "vitest";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { Trial } from "../domain/study.ts";
import { createFakeObjective, quietJob } from "./fixtures/fakeObjective.ts";
import { runOptimize } from "./optimize.ts";
import { runSweep } from "./sweep.ts";

const settings = { ...defaultSearchSettings(2), alpha: 0, trials: 8 };
const peak = ([, lambda]: readonly number[]) => 18 - Math.round(20 * Math.abs(lambda! - 0.6));

test("parents come first, then one measurement a trial; the best trial is named", async () => {
  const { objective, measured } = createFakeObjective(["old", "new"], peak);
  const study = await runOptimize(
    objective,
    { settings, history: [], trials: 8, picked: [], race: null },
    quietJob,
  );
  expect(measured.slice(0, 2)).toEqual([0, 1]);
  expect(measured.slice(2)).toEqual(study.trials.map(({ weights }) => weights));
  const values = study.trials.map(({ value }) => value);
  expect(study.best).toBe(values.indexOf(Math.max(...values)));
  expect(Math.abs(study.trials[study.best!]!.lambda! - 0.6)).toBeLessThan(0.1);
});

test("flips are counted against the better parent", async () => {
  const { objective } = createFakeObjective(["old", "new"], ([, lambda]) =>
    lambda === 0 ? 10 : lambda === 1 ? 6 : 13,
  );
  const { trials } = await runOptimize(
    objective,
    { settings, history: [], trials: 5, picked: [], race: null },
    quietJob,
  );
  const inner = trials.find(({ lambda }) => lambda! > 0 && lambda! < 1)!;
  expect(inner.flips).toEqual({ gained: 3, lost: 0 });
});

test("a study grown one trial at a time is the study run at once", async () => {
  const { objective } = createFakeObjective(["old", "new"], peak);
  const whole = await runOptimize(
    objective,
    { settings, history: [], trials: 8, picked: [], race: null },
    quietJob,
  );
  let history: readonly Trial[] = [];
  for (let trials = 1; trials <= 8; trials++)
    history = (await runOptimize(objective, { settings, history, trials, picked: [], race: null }, quietJob))
      .trials;
  expect(history).toEqual(whole.trials);
});

test("a study that is done already is only described", async () => {
  const { objective } = createFakeObjective(["old", "new"], peak);
  const { trials } = await runOptimize(
    objective,
    { settings, history: [], trials: 3, picked: [], race: null },
    quietJob,
  );
  const again = await runOptimize(
    objective,
    { settings, history: trials, trials: 3, picked: [], race: null },
    quietJob,
  );
  expect(again.trials).toEqual(trials);
  expect(again.surrogate).not.toBeNull();
  const fewer = runOptimize(
    objective,
    { settings, history: trials, trials: 2, picked: [], race: null },
    quietJob,
  );
  await expect(fewer).rejects.toMatchObject({ tag: "usage" });
  const gap = runOptimize(
    objective,
    { settings, history: trials.slice(1), trials: 3, picked: [], race: null },
    quietJob,
  );
  await expect(gap).rejects.toThrow(/not the beginning of a study/);
});

test("a sweep is between two checkpoints, over numbers", async () => {
  const { objective } = createFakeObjective(["a", "b", "c"], () => 1);
  await expect(runSweep(objective, [0.5], null, quietJob)).rejects.toThrow(/two checkpoints, not 3/);
  const { objective: pair } = createFakeObjective(["a", "b"], peak);
  for (const lambdas of [[], [Number.NaN]])
    await expect(runSweep(pair, lambdas, null, quietJob)).rejects.toMatchObject({ tag: "usage" });
  const { shareAboveBetterParent } = await runSweep(pair, [0, 0.25, 0.5, 0.75, 1], null, quietJob);
  // Right: 6, 11, 16, 15, 10 of 20; the better parent has 10.
  expect(shareAboveBetterParent).toBeCloseTo(3 / 5, 12);
});

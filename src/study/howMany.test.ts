import { describe, expect, it } from "vitest";
import { createFakeObjective, quietJob } from "./fixtures/fakeObjective.ts";
import { compareNeighbours } from "./howMany.ts";

const checkpoints = ["c0", "c1", "c2", "c3", "c4"];
/** Checkpoint i alone has 8 + i items right; a merge one more than its best for each checkpoint beyond the first. */
const objectiveOf = async (parents: readonly string[]) =>
  createFakeObjective(parents, (weights) => {
    const used = parents.filter((_, i) => weights[i]! > 0);
    const best = Math.max(...used.map((name) => 8 + Number(name.slice(1))));
    return best + used.length - 1;
  }).objective;

describe("two, three or four", () => {
  it("compares each merge with the best of its own parents, row by row", async () => {
    const rows: string[] = [];
    const job = { ...quietJob, onRow: ({ newest }: { readonly newest: string }) => rows.push(newest) };
    const found = await compareNeighbours(checkpoints, objectiveOf, () => 0, job);
    expect(rows).toEqual(["c3", "c4"]);
    expect(found[0]!.merges.map(({ count }) => count)).toEqual([2, 3, 4]);
    found[0]!.merges.forEach(({ count, value, delta, deltaStderr }) => {
      expect(value).toBeCloseTo((11 + count - 1) / 20, 12);
      expect(delta).toBeCloseTo((count - 1) / 20, 12);
      expect(deltaStderr).toBeGreaterThan(0);
    });
  });

  it("needs four checkpoints", async () => {
    await expect(
      compareNeighbours(checkpoints.slice(0, 3), objectiveOf, () => 0, { ...quietJob, onRow() {} }),
    ).rejects.toMatchObject({ tag: "usage" });
  });
});

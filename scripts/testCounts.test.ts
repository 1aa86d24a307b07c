import { describe, expect, it } from "vitest";
import { addCounts, countPlaywright, countVitest, describeCounts } from "./testCounts.ts";

const vitest = { success: true, numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };

describe("test counts", () => {
  it("adds both reports up", () => {
    const walks = { stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 1 }, errors: [] };
    const sum = addCounts([countVitest(vitest), countPlaywright(walks)]);
    expect(describeCounts(sum)).toBe("tests: 8 passed, 2 failed, 3 skipped");
  });

  it("never calls a broken run a passed one", () => {
    expect(countVitest({ ...vitest, success: false }).failed).toBe(1);
    const broken = { stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }, errors: ["no server"] };
    expect(describeCounts(countPlaywright(broken))).toBe("tests: 0 passed, 1 failed");
  });
});

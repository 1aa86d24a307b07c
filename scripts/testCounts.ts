/** Adds up what the test runners report, and says it in one plain line. Pure. */

/** Tests by outcome. */
export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** The parts of vitest's JSON report that are counted. */
export type VitestReport = {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
};

/** The parts of Playwright's JSON report that are counted. */
export type PlaywrightReport = {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
  /** Errors outside any test, such as a server that did not start. */
  readonly errors: readonly unknown[];
};

/** A run that failed without a failed test (a file that cannot be loaded) counts as one failure. */
export function countVitest(report: VitestReport): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = report;
  return {
    passed: numPassedTests,
    failed: success ? numFailedTests : Math.max(1, numFailedTests),
    skipped: numPendingTests + numTodoTests,
  };
}

/** A test that passed only when repeated counts as failed. */
export function countPlaywright({ stats, errors }: PlaywrightReport): Counts {
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
}

/** The sums. */
export function addCounts(counts: readonly Counts[]): Counts {
  const sum = (pick: (one: Counts) => number): number => counts.reduce((total, one) => total + pick(one), 0);
  return {
    passed: sum((one) => one.passed),
    failed: sum((one) => one.failed),
    skipped: sum((one) => one.skipped),
  };
}

/** "tests: 210 passed, 0 failed", and what was skipped, if anything. */
export function describeCounts({ passed, failed, skipped }: Counts): string {
  return `tests: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

import { describe, expect, it } from "vitest";
import { createRng } from "../numerics/rng.ts";
import { raceVerdict } from "./race.ts";
import { planRounds } from "./rounds.ts";

const RATE = 0.05;

/** Runs one race. @returns whether it was stopped, and how many items were seen. */
function race(candidate: readonly number[], incumbent: readonly number[], seed: number, rate = RATE) {
  const rounds = planRounds(candidate.length, seed, 0);
  const seen: number[] = [];
  for (const [i, round] of rounds.entries()) {
    seen.push(...round);
    const outcomes = (all: readonly number[]) => seen.map((row) => all[row]!);
    const verdict = raceVerdict(
      outcomes(candidate),
      outcomes(incumbent),
      candidate.length,
      i + 1,
      rounds.length,
      rate,
    );
    if (verdict === "decided") return { stopped: true, seen: seen.length };
  }
  return { stopped: false, seen: seen.length };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Two models that disagree on a share of n items; the candidate has `edge` more of all items lost than won. */
function models(n: number, disagree: number, edge: number, seed: number) {
  const rng = createRng(seed, "models");
  const pairs = Array.from({ length: n }, () => {
    const right = rng.uniform() < 0.6 ? 1 : 0;
    if (rng.uniform() >= disagree) return [right, right] as const;
    return rng.uniform() < 0.5 - edge / (2 * disagree) ? ([1, 0] as const) : ([0, 1] as const);
  });
  return { candidate: pairs.map(([ours]) => ours), incumbent: pairs.map(([, theirs]) => theirs) };
}

describe("a race", () => {
  it.each([
    [500, 0.1],
    [500, 0.02],
    [2000, 0.1],
    [2000, 0.3],
  ])(
    "of %i items, %d of them flipped, stops a merge that wins in the end at most at the rate",
    (n, disagree) => {
      let winners = 0;
      let wrong = 0;
      for (let seed = 0; seed < 1500; seed++) {
        const { candidate, incumbent } = models(n, disagree, 0, seed);
        if (mean(candidate) <= mean(incumbent)) continue;
        winners++;
        if (race(candidate, incumbent, seed).stopped) wrong++;
      }
      expect(winners).toBeGreaterThan(300);
      expect(wrong / winners).toBeLessThanOrEqual(RATE);
    },
  );

  it("of losses holds the rate too", () => {
    let winners = 0;
    let wrong = 0;
    for (let seed = 0; seed < 1500; seed++) {
      const rng = createRng(seed, "losses");
      const incumbent = Array.from({ length: 400 }, () => -3 + rng.normal());
      const candidate = incumbent.map((loss) => loss + 0.05 * rng.normal());
      if (mean(candidate) <= mean(incumbent)) continue;
      winners++;
      if (race(candidate, incumbent, seed).stopped) wrong++;
    }
    expect(winners).toBeGreaterThan(500);
    expect(wrong / winners).toBeLessThanOrEqual(RATE);
  });

  it("spares most of the items of a merge that is clearly worse, and none of an equal one", () => {
    let seen = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { candidate, incumbent } = models(2000, 0.3, 0.15, seed);
      seen += race(candidate, incumbent, seed).seen;
    }
    expect(seen / (200 * 2000)).toBeLessThan(0.3);
    const { incumbent } = models(2000, 0.3, 0, 1);
    expect(race(incumbent, incumbent, 1)).toEqual({ stopped: false, seen: 2000 });
  });

  it("is not decided by one lost item among few, nor at the last look", () => {
    const even = Array.from({ length: 32 }, () => 1);
    const oneLost = even.map((right, i) => (i === 0 ? 0 : right));
    expect(raceVerdict(oneLost, even, 500, 1, 5, RATE)).toBe("go on");
    const allLost = even.map(() => 0);
    expect(raceVerdict(allLost, even, 500, 1, 5, RATE)).toBe("decided");
    expect(raceVerdict(allLost, even, 32, 5, 5, RATE)).toBe("go on");
  });
});

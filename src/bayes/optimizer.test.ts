import { describe, expect, it } from "vitest";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import { ACQUISITION_CHOICES, type Observation, type SearchSettings } from "../domain/surrogate.ts";
import { expectAllclose } from "../numerics/allclose.ts";
import { posteriorAt } from "./gp.ts";
import { ask, askPerson, nextChoice, surrogateOf } from "./optimizer.ts";
import { analyse } from "./surrogate.ts";

type Objective = (weights: readonly number[]) => number;

const SETTINGS: SearchSettings = { ...defaultSearchSettings(2), alpha: 0, trials: 12, seed: 4 };
const bump: Objective = ([, lambda]) => 0.6 + 0.03 * Math.exp(-(((lambda! - 0.63) / 0.2) ** 2));

function measured(objective: Objective, weights: readonly number[], asked: Observation["ask"]): Observation {
  return { weights, value: objective(weights), stderr: 0.001, ask: asked };
}

/** Asks and measures until `trials` are done, going on from `history`. */
function run(
  settings: SearchSettings,
  objective: Objective,
  trials: number,
  history: readonly Observation[] = [],
) {
  const all = [...history];
  while (all.filter((observation) => observation.ask !== null).length < trials) {
    const next = ask(settings, all);
    all.push(measured(objective, next.weights, next));
  }
  return all;
}

function best(history: readonly Observation[]): Observation {
  return history.reduce((a, b) => (b.value > a.value ? b : a));
}

describe("ask", () => {
  it("begins with the newest parent, then the design, then the model", () => {
    const history = run(SETTINGS, bump, 6);
    expect(history[0]!.weights).toEqual([0, 1]);
    expect(history.map(({ ask: asked }) => asked!.kind)).toEqual([
      ...new Array(4).fill("initial"),
      ...new Array(2).fill("acquisition"),
    ]);
    expect(history.map(({ ask: asked }) => asked!.number)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(history[0]!.ask!.surrogate).toBeNull();
    expect(history[5]!.ask!.surrogate).not.toBeNull();
  });

  it.each(ACQUISITION_CHOICES)(
    "with %s: twelve trials straight are five, a journal, and seven more, bit for bit",
    (acquisition) => {
      const settings = { ...SETTINGS, acquisition, pool: ["ei", "ucb", "ts"] as const };
      const straight = run(settings, bump, 12);
      const journal = JSON.stringify(run(settings, bump, 5));
      const resumed = run(settings, bump, 12, JSON.parse(journal) as Observation[]);
      expect(JSON.stringify(resumed)).toBe(JSON.stringify(straight));
      for (const n of [0, 4, 9]) {
        const asked = ask(settings, straight.slice(0, n));
        expect(asked).toEqual(straight[n]!.ask);
        expect(asked).toMatchObject(nextChoice(settings, straight.slice(0, n)));
      }
    },
  );

  it("goes elsewhere with another seed", () => {
    const lambdas = (seed: number): readonly unknown[] =>
      run({ ...SETTINGS, seed }, bump, 8).map(({ weights }) => weights[1]);
    expect(lambdas(1)).not.toEqual(lambdas(2));
  });

  it("adds up GP-Hedge's gains from the refitted means of earlier nominees", () => {
    const history = run(SETTINGS, bump, 9);
    expect(history[4]!.ask!.hedge!.gains).toEqual([0, 0]);
    const options = { ...SETTINGS, standardize: true, wanted: SETTINGS.pool };
    for (const n of [5, 6, 8]) {
      const before = history[n - 1]!.ask!;
      const { gp } = analyse(history.slice(0, n), options);
      const rewards = before.nominees.map(({ weights }) => posteriorAt(gp, [weights[1]!]).mean);
      const expected = before.hedge!.gains.map((gain, i) => gain + rewards[i]!);
      expectAllclose(history[n]!.ask!.hedge!.gains, expected, { rtol: 1e-14 });
    }
    const { hedge, nominees, acquisition, weights } = history[8]!.ask!;
    expectAllclose(
      hedge!.probabilities.reduce((a, b) => a + b),
      1,
      { rtol: 1e-14 },
    );
    expect(nominees.find((nominee) => nominee.acquisition === acquisition)!.weights).toEqual(weights);
  });

  it("uses the parents' own scores as observations and does not measure the newest again", () => {
    const given = [
      [1, 0],
      [0, 1],
    ].map((weights) => measured(bump, weights, null));
    const history = run(SETTINGS, bump, 5, given);
    expect(history).toHaveLength(7);
    expect(history[2]!.weights[1]).not.toBe(1);
    expect(history.slice(2).map(({ ask: asked }) => asked!.kind)).toEqual([
      "initial",
      "initial",
      "initial",
      "acquisition",
      "acquisition",
    ]);
  });

  it("refuses what makes no sense", () => {
    expect(() => ask({ ...SETTINGS, pool: [] }, [])).toThrow(/GP-Hedge/);
    expect(() => ask({ ...SETTINGS, beta: -1 }, [])).toThrow(/β/);
    const bad = { ...measured(bump, [0, 1], null), value: Number.NaN };
    expect(() => ask(SETTINGS, [bad])).toThrow(/its value is NaN/);
    const wrong = measured(bump, [0.2, 0.2], null);
    expect(() => ask(SETTINGS, [wrong])).toThrow(/sum to 0.4/);
    const unknown = { ...measured(bump, [0, 1], null), stderr: null };
    expect(() => ask({ ...SETTINGS, noise: "known" }, [unknown])).toThrow(/missing/);
  });

  it("needs neither an initial design nor a spread of values", () => {
    const none = { ...SETTINGS, initialTrials: 0 };
    expect(ask(none, []).kind).toBe("initial");
    const flat = run(none, () => 0.25, 6);
    expect(flat[5]!.ask!.surrogate!.model.fit).toBe("default");
    expect(flat[5]!.ask!.surrogate!.model.standardisation).toEqual({ shift: 0.25, scale: 1, constant: true });
    expect(new Set(flat.map(({ weights }) => weights[1])).size).toBe(6);
  });
});

describe("the search", () => {
  const curves: readonly (readonly [string, Objective])[] = [
    ["a bump inside", bump],
    ["a maximum at the newest parent", ([, l]) => 0.5 + 0.1 * l!],
    ["a maximum at the oldest parent", ([, l]) => -3 - 0.4 * l! ** 2],
    ["two peaks", ([, l]) => Math.sin(9 * l!) + 0.6 * l!],
    ["a loss with a barrier", ([, l]) => -2 - 0.3 * Math.sin(Math.PI * l!) + 0.2 * l!],
  ];
  for (const noise of ["none", "fitted", "known"] as const)
    it.each(curves)(`finds the best λ of %s within 15 trials, noise ${noise}`, (_, objective) => {
      const grid = Array.from({ length: 1001 }, (_, i) => objective([1 - i / 1000, i / 1000]));
      const range = Math.max(...grid) - Math.min(...grid);
      for (const seed of [0, 1, 2]) {
        const history = run({ ...SETTINGS, noise, seed, trials: 15 }, objective, 15);
        expect((Math.max(...grid) - best(history).value) / range).toBeLessThan(0.01);
      }
    });

  it("never measures the same λ twice, and stays in [α, 1]", () => {
    const history = run({ ...SETTINGS, alpha: 0.5, noise: "none", trials: 25 }, bump, 25);
    const lambdas = history.map(({ weights }) => weights[1]!).sort((a, b) => a - b);
    expect(lambdas[0]).toBeGreaterThanOrEqual(0.5);
    for (let i = 1; i < lambdas.length; i++) expect(lambdas[i]! - lambdas[i - 1]!).toBeGreaterThan(0.0045);
  });

  it("finds the best weights of three parents", () => {
    const target = [0.15, 0.35, 0.5];
    const objective: Objective = (weights) =>
      0.7 - weights.reduce((sum, w, i) => sum + (w - target[i]!) ** 2, 0) + 0.02 * Math.sin(8 * weights[2]!);
    const settings = { ...defaultSearchSettings(3), alpha: 0, trials: 22 };
    const history = run(settings, objective, 22);
    const spread = Array.from({ length: 101 * 101 }, (_, i) => [Math.floor(i / 101) / 100, (i % 101) / 100])
      .filter(([a, b]) => a! + b! <= 1)
      .map(([a, b]) => objective([1 - a! - b!, a!, b!]));
    expect(Math.max(...spread) - best(history).value).toBeLessThan(0.003);
    const last = history[21]!.ask!;
    expect(last.surrogate!.grid).toBeNull();
    expect(last.surrogate!.model.lengthscale).toHaveLength(3);
    expect(last.lambda).toBeNull();
  });
});

describe("surrogateOf", () => {
  it("is what the next ask sees", () => {
    const history = run(SETTINGS, bump, 7);
    expect(surrogateOf(SETTINGS, history)).toEqual(ask(SETTINGS, history).surrogate);
    expect(surrogateOf(SETTINGS, [])).toBeNull();
  });

  it("draws everything over λ ∈ [0, 1] in the objective's units, and survives JSON and cloning", () => {
    const settings: SearchSettings = { ...SETTINGS, alpha: 0.5, noise: "none", gridPoints: 51 };
    const history = run(settings, bump, 7);
    const surrogate = surrogateOf(settings, history)!;
    const grid = surrogate.grid!;
    expect(JSON.parse(JSON.stringify(surrogate))).toEqual(surrogate);
    expect(structuredClone(surrogate)).toEqual(surrogate);
    expect(grid.lambda).toHaveLength(51);
    expect([grid.lambda[0], grid.lambda[50]]).toEqual([0, 1]);
    const scale = surrogate.model.standardisation.scale;
    grid.lambda.forEach((_, i) => {
      expect(grid.std[i]).toBeGreaterThanOrEqual(0);
      expectAllclose(grid.ucb[i]!, grid.mean[i]! + 2 * grid.std[i]!, { rtol: 1e-12 });
      if (grid.ei[i]! > 1e-250)
        expectAllclose(grid.logEi[i]!, Math.log(grid.ei[i]!), { rtol: 1e-9, atol: 1e-9 });
      expect(Number.isFinite(grid.logEi[i])).toBe(true);
    });
    for (const name of ["ei", "logEi", "pi", "ucb"] as const) {
      const { lambda, value } = grid.argmax[name];
      expect(lambda).toBeGreaterThanOrEqual(0.5);
      const inside = grid[name].filter((_, i) => grid.lambda[i]! >= 0.5);
      expect(value).toBeGreaterThanOrEqual(Math.max(...inside) - 1e-9 * scale);
    }
    // Noise-free: the mean goes through the newest parent's score.
    expectAllclose(grid.mean[50]!, bump([0, 1]), { rtol: 1e-7 });
  });
});

describe("askPerson", () => {
  it("says what was known and expected where the person wants to go", () => {
    const history = run(SETTINGS, bump, 6);
    const picked = askPerson(SETTINGS, history, [0.25, 0.75]);
    expect(picked).toMatchObject({
      number: 6,
      kind: "person",
      lambda: 0.75,
      acquisition: null,
      nominees: [],
    });
    expect(picked.posterior!.mean).toBeCloseTo(bump([0.25, 0.75]), 2);
    expect(picked.surrogate).toEqual(surrogateOf(SETTINGS, history));
  });

  it("is a trial that GP-Hedge goes on after, with the gains it had", () => {
    const history = run(SETTINGS, bump, 7);
    const before = ask(SETTINGS, history);
    const picked = askPerson(SETTINGS, history, [0.25, 0.75]);
    const after = ask(SETTINGS, [...history, measured(bump, picked.weights, picked)]);
    expect(after.number).toBe(before.number + 1);
    // One reward each for the nominees of the last hedged trial, under the model that has seen the picked point.
    after.hedge!.gains.forEach((gain, i) => {
      expect(Math.abs(gain - before.hedge!.gains[i]!)).toBeLessThan(0.5);
    });
    expect(after.hedge!.gains).not.toEqual([0, 0]);
  });

  it("refuses what is no mix", () => {
    for (const weights of [[0.5], [0.7, 0.7], [-0.1, 1.1], [Number.NaN, 1]])
      expect(() => askPerson(SETTINGS, [], weights)).toThrow(/no mix/);
  });
});

describe("several parents", () => {
  it.each([3, 4])("are named in any order: the model of %i is the same", (parents) => {
    const settings = { ...defaultSearchSettings(parents), alpha: 0, standardize: true, wanted: [] };
    const rows = Array.from({ length: 12 }, (_, i) => {
      const raw = Array.from({ length: parents }, (_, j) => 1 + Math.sin(3 * i + 2 * j));
      const sum = raw.reduce((a, b) => a + b, 0);
      const weights = raw.map((weight) => weight / sum);
      return { weights, value: 0.6 + 0.1 * weights[0]! - 0.2 * weights[1]! ** 2, stderr: null };
    });
    const turned = rows.map((row) => ({ ...row, weights: [...row.weights.slice(1), row.weights[0]!] }));
    const [one, other] = [analyse(rows, settings), analyse(turned, settings)];
    expectAllclose(one.gp.logMarginalLikelihood, other.gp.logMarginalLikelihood, { rtol: 1e-5 });
    const lengthscale = one.model.lengthscale;
    const held = { ...settings, fixed: { lengthscale, outputscale: 1.3, noise: 0.01 } };
    const heldTurned = {
      ...held,
      fixed: { ...held.fixed, lengthscale: [...lengthscale.slice(1), lengthscale[0]!] },
    };
    const at = rows[3]!.weights.map((weight, i) => 0.5 * weight + 0.5 * rows[7]!.weights[i]!);
    const [a, b] = [analyse(rows, held), analyse(turned, heldTurned)];
    const [p, q] = [posteriorAt(a.gp, at), posteriorAt(b.gp, [...at.slice(1), at[0]!])];
    expectAllclose([p.mean, p.variance], [q.mean, q.variance], { rtol: 1e-9 });
  });
});

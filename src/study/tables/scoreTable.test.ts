import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AppError } from "../../base/errors.ts";
import { EXAMPLE_TABLES } from "../../domain/exampleTables.ts";
import { expectAllclose } from "../../numerics/allclose.ts";
import { createRng } from "../../numerics/rng.ts";
import optuna from "./fixtures/optunaTables.json" with { type: "json" };
import { parseOptunaJournal } from "./optunaTable.ts";
import { readScoreTable } from "./scoreTable.ts";

describe("a table of scores", () => {
  it("reads λ as the newer one's weight, in any order of columns", () => {
    expect(readScoreTable("t", "\uFEFFvalue, lambda\n0.5,0.25\n\n# note\n0.6,1\n").rows).toEqual([
      { weights: [0.75, 0.25], value: 0.5, stderr: null },
      { weights: [0, 1], value: 0.6, stderr: null },
    ]);
  });

  it("reads weights by their numbers, and rescales what rounding leaves", () => {
    const [row] = readScoreTable("t", "w2,w1,w3,value,stderr\n0.3334,0.3333,0.3334,1,0.1\n").rows;
    expect(row?.stderr).toBe(0.1);
    expect(row?.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 15);
    expect(row?.weights[0]).toBeLessThan(row?.weights[1] ?? 0);
  });

  it("reads tabs as well as commas", () => {
    expect(readScoreTable("t", "# a, note\nlambda\tvalue\n0.5\t1\n").rows).toHaveLength(1);
  });

  it("reads JSON as lists, under rows, and as the command line prints searches and sweeps", () => {
    const rows = [
      { lambda: 0.25, value: 0.5, stderr: 0.01 },
      { weights: [0.5, 0.5], value: 0.6 },
    ];
    const expected = [
      { weights: [0.75, 0.25], value: 0.5, stderr: 0.01 },
      { weights: [0.5, 0.5], value: 0.6, stderr: null },
    ];
    for (const document of [rows, { rows }, { trials: rows, metric: "acc" }, { points: rows }])
      expect(readScoreTable("t", JSON.stringify(document)).rows).toEqual(expected);
    const loss = readScoreTable("t", JSON.stringify({ trials: rows, higherIsBetter: false }));
    expect(loss.rows[0]!.value).toBe(-0.5);
    expect(loss.notes).toEqual(["Lower is better in it: its values were negated."]);
  });

  it.each([
    ["", "no rows"],
    ["lambda,value\n", "no rows"],
    ["lambda\n0.5\n", "head"],
    ["lambda,w1,value\n0.5,0.5,1\n", "head"],
    ["w1,w3,value\n0.5,0.5,1\n", "head"],
    ["lambda,value,note\n0.5,1,x\n", '"note"'],
    ["lambda,value\n1.5,1\n", "line 2"],
    ["# a\n# b\n\nlambda,value\n0.5,1\n0.6,high\n", "line 6"],
    [`lambda,value\n${"0.5,1\n".repeat(1001)}`, "1001 rows"],
    [JSON.stringify(Array.from({ length: 1001 }, () => ({ lambda: 0.5, value: 1 }))), "1001 rows"],
    [`lambda,value\n0.5,${"x".repeat(100_000)}\n`, "…"],
    ["number,values_0,values_1,params_lambda,state\n0,1,2,0.5,COMPLETE\n", "several objectives"],
    ['{"op_code":0,"directions":[2]}\n{"op_code":4,"params":{"lambda":"x"}}\n', "lambda a value that is no"],
    [
      '{"op_code":0,"directions":[2]}\n{"op_code":4,"params":{"lr":"x"},"state":1,"value":1}\n',
      "parameters lr",
    ],
    ["w1,w2,value\n0.5,0.6,1\n", "sum to 1.1"],
    ["lambda,value\n0.5,\n", "line 2"],
    ["lambda,value\n0.5,high\n", '"high"'],
    ["lambda,value\n0.5,1\n0.6\n", "Invalid Record Length"],
    ["lambda,value,stderr\n0.5,1,-1\n", "negative"],
    [`${Array.from({ length: 9 }, (_, i) => `w${i + 1}`).join()},value\n1,0,0,0,0,0,0,0,0,1\n`, "9 weights"],
    ["[", "none"],
    ["[]", "no rows"],
    ['{"a":1}', "no list"],
    ['[{"lambda":0.5}]', "row 1"],
    ['[{"value":1}]', "row 1"],
    ['[{"weights":[0.5,0.5],"value":1},{"weights":[0.5,0.25,0.25],"value":1}]', "row 2 has 3 weights"],
    ['{"op_code":0,"directions":[2]}', "none of its trials"],
    ['{"op_code":0,"directions":[2,2]}\n', "2 objectives"],
    ['{"op_code":5,"trial_id":0,"param_name":"x","param_value_internal":1}', "line 1"],
  ])("refuses %j in words", (text, words) => {
    expect(() => readScoreTable("t.csv", text)).toThrow(AppError);
    expect(() => readScoreTable("t.csv", text)).toThrow(words);
  });

  it("reads JSON that begins with a byte order mark", () => {
    expect(readScoreTable("t", '\uFEFF[{"lambda":0.5,"value":1}]').rows).toHaveLength(1);
  });

  it.each([
    ["blank lines", "\n".repeat(400_000)],
    ["carriage returns", "\r".repeat(400_000)],
    ["spaces", " ".repeat(400_000)],
    [
      "columns",
      `${Array.from({ length: 60_000 }, (_, i) => `w${i + 1}`).join()},value\n${"0,".repeat(60_000)}1\n`,
    ],
    [
      "parameters",
      `state,value,${Array.from({ length: 40_000 }, (_, i) => `params_${i}`).join()}\nCOMPLETE${",1".repeat(40_001)}\n`,
    ],
  ])("refuses many %s in time that grows with their number, and in few words", (_, text) => {
    const begin = performance.now();
    let thrown: unknown = null;
    try {
      readScoreTable("t", text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    expect((thrown as AppError).message.length).toBeLessThan(300);
    // A square of such numbers would be minutes.
    expect(performance.now() - begin).toBeLessThan(4000);
  });

  it("throws nothing but such errors at whatever is made of real tables", () => {
    const rng = createRng("table fuzz");
    const seeds = [
      optuna.pair.csv,
      optuna.three.journal,
      optuna.listed.journal,
      optuna.given.journal,
      "w1,w2,value,stderr\n0.5,0.5,1,0.1\n",
      '[{"lambda":0.5,"value":1}]',
    ];
    for (let turn = 0; turn < 900; turn++) {
      const text = seeds[turn % seeds.length]!;
      const at = rng.integer(text.length);
      const piece = ["", ",", "\n", '"', "{", "]", "null", "1e999", "-1", "NaN", "\u0000", "__proto__"][
        rng.integer(12)
      ]!;
      const mutated = text.slice(0, at) + piece + text.slice(at + rng.integer(4));
      try {
        for (const { weights, value } of readScoreTable("t", mutated).rows)
          expect([...weights, value].every(Number.isFinite)).toBe(true);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(AppError);
      }
    }
  });
});

describe("what Optuna writes", () => {
  it.each(["csv", "journal"] as const)("of a study of one λ, as %s: complete trials only", (kind) => {
    const { rows, notes } = readScoreTable("t", optuna.pair[kind]);
    const complete = optuna.pair.complete as readonly { parameters: { lambda: number }; value: number }[];
    expectAllclose(
      rows.map(({ weights }) => weights[1]!),
      complete.map(({ parameters }) => parameters.lambda),
      { rtol: 1e-12 },
    );
    expectAllclose(
      rows.map(({ value }) => value),
      complete.map(({ value }) => value),
      { rtol: 1e-12 },
    );
    expect(notes[0]).toBe("1 trials that are not complete were left out.");
    // The CSV holds no direction, the journal does.
    expect(notes.length).toBe(kind === "csv" ? 2 : 1);
    if (kind === "csv") expect(notes[1]).toContain("does not say whether the study minimises");
  });

  it.each(["csv", "journal"] as const)("of a λ from a list, as %s: the number, not its place", (kind) => {
    const { rows } = readScoreTable("t", optuna.listed[kind]);
    const { complete } = optuna.listed;
    expect(rows.map(({ weights }) => weights[1])).toEqual(
      complete.map(({ parameters }) => parameters.lambda),
    );
    expect(new Set(rows.map(({ weights }) => weights[1])).size).toBeGreaterThan(1);
  });

  it.each(["csv", "journal"] as const)("of trials that were added or asked for by name, as %s", (kind) => {
    const { rows } = readScoreTable("t", optuna.given[kind]);
    const { complete } = optuna.given;
    expect(rows.map(({ weights }) => weights[1])).toEqual(
      complete.map(({ parameters }) => parameters.lambda),
    );
    expect(rows.map(({ value }) => value)).toEqual(complete.map(({ value }) => value));
    expect(rows.map(({ weights }) => weights[1])).toEqual([0, 0.5, 1, 0.75, 0.3]);
  });

  it("of a study that is being written: a last line cut short is left out, which is said", () => {
    const { journal } = optuna.given;
    const { rows, notes } = readScoreTable("t", journal.slice(0, -20));
    expect(rows).toHaveLength(4);
    expect(notes.at(-1)).toBe("Its last line is cut short and was left out.");
    const lines = journal.split("\n");
    lines[1] = lines[1]!.slice(0, -20);
    expect(() => readScoreTable("t", lines.join("\n"))).toThrow("line 2 is no JSON");
  });

  it("of a trial that is finished: later operations do not change it", () => {
    const [first, ...others] = optuna.listed.journal.trim().split("\n");
    const late = '{"op_code":6,"worker_id":"x","trial_id":0,"state":3,"values":null}';
    const { rows } = readScoreTable("t", [first, ...others, late].join("\n"));
    expect(rows).toEqual(readScoreTable("t", optuna.listed.journal).rows);
  });

  it("of weights that are minimised: values are turned, and that is said", () => {
    const { rows, notes } = parseOptunaJournal("t", optuna.three.journal);
    const { complete } = optuna.three;
    expectAllclose(
      rows.map(({ value }) => -value),
      complete.map(({ value }) => value),
      { rtol: 1e-12 },
    );
    expect(notes[0]).toContain("negated");
    for (const { weights } of rows) expect(weights).toHaveLength(3);
  });
});

describe("the examples", () => {
  const folder = new URL("../../../public/examples/", import.meta.url);
  it.each(EXAMPLE_TABLES)("$name says its source and can be read", ({ name, title }) => {
    const text = readFileSync(new URL(`${name}.csv`, folder), "utf8");
    expect(text).toContain(`# ${title}`);
    expect(text).toMatch(/^# source: .*Table \d/m);
    expect(readScoreTable(name, text).rows.map(({ weights }) => weights[1])).toEqual([0, 0.5, 1]);
  });

  it("are all that lies in their folder", () => {
    expect(readdirSync(folder).sort()).toEqual(EXAMPLE_TABLES.map(({ name }) => `${name}.csv`).sort());
  });
});

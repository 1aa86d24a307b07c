/**
 * Trials of an Optuna study as a table of scores: parameters named `lambda`, or `w1` … `wk`; complete trials only. Its
 * journal file (`JournalFileBackend`) is JSON lines of operations, as Optuna 4 and 5 write them. Pure.
 */
import * as v from "valibot";
import type { ScoreTable } from "../../domain/scoreTable.ts";
import { badTable, checkedWeights, weightsOfLambda } from "./weights.ts";

/** One trial, whatever it was read from. */
export type OptunaTrial = {
  readonly state: string;
  readonly value: number;
  readonly parameters: ReadonlyMap<string, number>;
};

/** Optuna's operation codes that a table is made of. */
const CREATE_STUDY = 0;
const CREATE_TRIAL = 4;
const SET_PARAMETER = 5;
const SET_STATE = 6;
const MINIMIZE = 1;
const STATES = ["RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING"];

const operation = v.looseObject({ op_code: v.number() });
const studyMade = v.looseObject({ directions: v.array(v.number()) });
const parameterSet = v.looseObject({
  trial_id: v.number(),
  param_name: v.string(),
  param_value_internal: v.number(),
});
const stateSet = v.looseObject({
  trial_id: v.number(),
  state: v.number(),
  values: v.nullable(v.array(v.number())),
});

/** Whether a text begins as Optuna's journal does. */
export function isOptunaJournal(text: string): boolean {
  return /^\s*\{\s*"op_code"\s*:/.test(text);
}

/** The trials of a journal's only study. @throws AppError `bad-format`. */
export function parseOptunaJournal(name: string, text: string): ScoreTable {
  const trials: { state: string; value: number; parameters: Map<string, number> }[] = [];
  const directions: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const record = parseLine(name, index, line);
    const { op_code } = expect(name, index, operation, record);
    const trialOf = (id: number) => {
      const trial = trials[id];
      if (trial === undefined) throw badTable(name, `line ${index + 1} tells of a trial that was not begun`);
      return trial;
    };
    if (op_code === CREATE_STUDY) directions.push(...expect(name, index, studyMade, record).directions);
    if (op_code === CREATE_TRIAL) trials.push({ state: "RUNNING", value: Number.NaN, parameters: new Map() });
    if (op_code === SET_PARAMETER) {
      const { trial_id, param_name, param_value_internal } = expect(name, index, parameterSet, record);
      trialOf(trial_id).parameters.set(param_name, param_value_internal);
    }
    if (op_code === SET_STATE) {
      const { trial_id, state, values } = expect(name, index, stateSet, record);
      const trial = trialOf(trial_id);
      trial.state = STATES[state] ?? "FAIL";
      trial.value = values?.[0] ?? Number.NaN;
    }
  }
  if (directions.length !== 1)
    throw badTable(
      name,
      `it holds ${directions.length} objectives`,
      "Give a journal of one study with one objective.",
    );
  return optunaTable(name, trials, directions[0] === MINIMIZE ? "minimize" : "maximize");
}

/** Complete trials as rows; a minimised value is turned, since larger is better here. */
export function optunaTable(
  name: string,
  trials: readonly OptunaTrial[],
  direction: "maximize" | "minimize",
): ScoreTable {
  const complete = trials.filter(({ state }) => state === "COMPLETE");
  const others = trials.length - complete.length;
  if (complete.length === 0) throw badTable(name, "none of its trials is complete");
  const sign = direction === "minimize" ? -1 : 1;
  return {
    name,
    rows: complete.map(({ value, parameters }, index) => {
      const where = `complete trial ${index + 1}`;
      if (!Number.isFinite(value)) throw badTable(name, `${where} has no value`);
      return { weights: weightsOf(name, where, parameters), value: sign * value, stderr: null };
    }),
    notes: [
      ...(others === 0 ? [] : [`${others} trials that are not complete were left out.`]),
      ...(sign < 0 ? ["The study minimises: its values were negated, as larger is better here."] : []),
    ],
  };
}

function weightsOf(name: string, where: string, parameters: OptunaTrial["parameters"]): readonly number[] {
  const lambda = parameters.get("lambda");
  if (lambda !== undefined) return weightsOfLambda(name, where, lambda);
  const weights: number[] = [];
  for (let i = 1; ; i++) {
    const weight = parameters.get(`w${i}`);
    if (weight === undefined) break;
    weights.push(weight);
  }
  if (weights.length === 0)
    throw badTable(
      name,
      `${where} has the parameters ${[...parameters.keys()].join(", ") || "none"}`,
      "It needs lambda, or w1, w2, … that sum to 1.",
    );
  return checkedWeights(name, where, weights);
}

function parseLine(name: string, index: number, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw badTable(name, `line ${index + 1} is no JSON`, undefined, cause);
  }
}

function expect<T extends v.GenericSchema>(
  name: string,
  index: number,
  schema: T,
  record: unknown,
): v.InferOutput<T> {
  const parsed = v.safeParse(schema, record);
  if (!parsed.success) throw badTable(name, `line ${index + 1} is not as Optuna writes it`);
  return parsed.output;
}

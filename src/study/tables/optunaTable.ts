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
/** What Optuna no longer changes. */
const FINISHED = new Set(["COMPLETE", "PRUNED", "FAIL"]);
/** Parameters that a table is made of; others are not looked into. */
const WEIGHT = /^(lambda|w[1-9]\d*)$/;

const operation = v.looseObject({ op_code: v.number() });
const studyMade = v.looseObject({ directions: v.array(v.number()) });
/** Trials that were added with their values have them here; others have none of these. */
const trialMade = v.looseObject({
  state: v.optional(v.number()),
  value: v.optional(v.nullable(v.number())),
  values: v.optional(v.nullable(v.array(v.number()))),
  params: v.optional(v.record(v.string(), v.unknown())),
  distributions: v.optional(v.record(v.string(), v.string())),
});
const parameterSet = v.looseObject({
  trial_id: v.number(),
  param_name: v.string(),
  param_value_internal: v.number(),
  distribution: v.optional(v.string()),
});
const choice = v.looseObject({
  name: v.literal("CategoricalDistribution"),
  attributes: v.looseObject({ choices: v.array(v.unknown()) }),
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

type GrowingTrial = { state: string; value: number; readonly parameters: Map<string, number> };

/** The trials of a journal's only study. @throws AppError `bad-format`. */
export function parseOptunaJournal(name: string, text: string): ScoreTable {
  const trials: GrowingTrial[] = [];
  const directions: number[] = [];
  const { records, isCut } = readRecords(name, text);
  for (const { index, record } of records) {
    const { op_code } = expect(name, index, operation, record);
    if (op_code === CREATE_STUDY) directions.push(...expect(name, index, studyMade, record).directions);
    if (op_code === CREATE_TRIAL) trials.push(madeTrial(name, index, record));
    if (op_code === SET_PARAMETER) setParameter(name, index, record, trials);
    if (op_code === SET_STATE) setState(name, index, record, trials);
  }
  if (directions.length !== 1)
    throw badTable(
      name,
      `it holds ${directions.length} objectives`,
      "Give a journal of one study with one objective.",
    );
  const table = optunaTable(name, trials, directions[0] === MINIMIZE ? "minimize" : "maximize");
  return isCut
    ? { ...table, notes: [...table.notes, "Its last line is cut short and was left out."] }
    : table;
}

/** A line each; a last one without its end is of a study that is being written, and is left out as Optuna does. */
function readRecords(
  name: string,
  text: string,
): {
  readonly records: readonly { readonly index: number; readonly record: unknown }[];
  readonly isCut: boolean;
} {
  const lines = text.split("\n");
  const records: { index: number; record: unknown }[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    try {
      records.push({ index, record: parseJson(name, index, line) });
    } catch (thrown) {
      if (index === lines.length - 1 && index > 0) return { records, isCut: true };
      throw thrown;
    }
  }
  return { records, isCut: false };
}

/** A new trial, with what it was added with. */
function madeTrial(name: string, index: number, record: unknown): GrowingTrial {
  const made = expect(name, index, trialMade, record);
  const parameters = Object.entries(made.params ?? {}).map(
    ([parameter, internal]) =>
      [parameter, weightValue(name, index, parameter, internal, made.distributions?.[parameter])] as const,
  );
  const value = made.values?.[0] ?? made.value ?? Number.NaN;
  return { state: STATES[made.state ?? 0] ?? "FAIL", value, parameters: new Map(parameters) };
}

function setParameter(name: string, index: number, record: unknown, trials: readonly GrowingTrial[]): void {
  const { trial_id, param_name, param_value_internal, distribution } = expect(
    name,
    index,
    parameterSet,
    record,
  );
  const value = weightValue(name, index, param_name, param_value_internal, distribution);
  openTrial(name, index, trials, trial_id)?.parameters.set(param_name, value);
}

function setState(name: string, index: number, record: unknown, trials: readonly GrowingTrial[]): void {
  const { trial_id, state, values } = expect(name, index, stateSet, record);
  const trial = openTrial(name, index, trials, trial_id);
  if (trial === null) return;
  trial.state = STATES[state] ?? "FAIL";
  trial.value = values?.[0] ?? Number.NaN;
}

/** The trial of an operation; `null` for a finished one, which Optuna does not change either. */
function openTrial(
  name: string,
  index: number,
  trials: readonly GrowingTrial[],
  id: number,
): GrowingTrial | null {
  const trial = trials[id];
  if (trial === undefined) throw badTable(name, `line ${index + 1} tells of a trial that was not begun`);
  return FINISHED.has(trial.state) ? null : trial;
}

/** A weight: the number itself, or of listed choices the one at that place. NaN for parameters that are no weights. */
function weightValue(
  name: string,
  index: number,
  parameter: string,
  internal: unknown,
  distribution = "null",
): number {
  if (!WEIGHT.test(parameter)) return Number.NaN;
  const listed = v.safeParse(choice, parseJson(name, index, distribution));
  const value = listed.success ? listed.output.attributes.choices[Number(internal)] : internal;
  if (typeof value === "number") return value;
  throw badTable(name, `line ${index + 1} gives ${parameter} a value that is no number`);
}

function parseJson(name: string, index: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badTable(name, `line ${index + 1} is no JSON`, undefined, cause);
  }
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

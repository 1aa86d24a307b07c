/**
 * The shipped run as its manifest `run.json` describes it: checkpoints, tasks, and where their files lie.
 * Runs everywhere.
 */
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import type { CheckpointInfo, RunInfo } from "../domain/checkpoint.ts";
import type { Half, TaskInfo, TaskKind } from "../domain/task.ts";

/** The manifest's file name. */
export const MANIFEST = "run.json";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const path = v.pipe(v.string(), v.regex(/^[\w][\w./-]*$/), v.excludes(".."));
const rowsFile = v.object({ path, rows: count });

const manifestSchema = v.object({
  name: v.string(),
  title: v.string(),
  description: v.string(),
  licence: v.string(),
  parameters: count,
  checkpoints: v.pipe(
    v.array(v.object({ step: count, path, tokens: count, bytes: count, sha256: v.string() })),
    v.minLength(1),
  ),
  tasks: v.array(
    v.object({
      name: v.string(),
      title: v.string(),
      question: v.string(),
      kind: v.pipe(
        v.picklist(["multiple-choice", "partial", "target", "text", "perplexity", "generation"]),
        v.transform((kind): TaskKind => (kind === "perplexity" ? "text" : kind)),
      ),
      language: v.string(),
      description: v.string(),
      chance: v.nullable(v.number()),
      search: rowsFile,
      test: rowsFile,
      like: v.nullable(v.string()),
      until: v.optional(v.array(v.pipe(v.string(), v.nonEmpty()))),
    }),
  ),
  defaultTask: v.string(),
  defaultPair: v.tuple([count, count]),
});

/** A task of the run and where its rows are. */
export type DemoTask = {
  readonly info: TaskInfo;
  readonly paths: Readonly<Record<Half, string>>;
  /** Stop strings of generated answers. */
  readonly until: readonly string[];
};

/** The manifest in the words of the rest of the house. */
export type DemoRun = {
  readonly info: RunInfo;
  /** Checkpoint's name → its folder. */
  readonly folders: ReadonlyMap<string, string>;
  readonly tasks: readonly DemoTask[];
};

/** Where generation stops unless the manifest says otherwise, as in lm-evaluation-harness's default. */
export const DEFAULT_UNTIL: readonly string[] = ["\n"];

/** The name of a step's checkpoint. */
export function demoName(step: number): string {
  return `demo:${step}`;
}

/** Reads a manifest's text. @throws AppError `bad-format` naming the field. */
export function parseDemoRun(text: string): DemoRun {
  const manifest = parseManifest(text);
  const checkpoints = manifest.checkpoints
    .toSorted((a, b) => a.step - b.step)
    .map(({ step, tokens, bytes }): CheckpointInfo => ({ name: demoName(step), step, tokens, bytes }));
  const tasks = manifest.tasks.map(
    ({ search, test, until, ...task }): DemoTask => ({
      info: {
        ...task,
        rows: { search: search.rows, test: test.rows },
        licence: manifest.licence,
        version: null,
        fewShot: null,
        groups: [],
        weightBySize: true,
        filters: task.kind === "generation" ? ["none"] : [],
        splitSeed: null,
      },
      paths: { search: search.path, test: test.path },
      until: until ?? DEFAULT_UNTIL,
    }),
  );
  const names = new Set(checkpoints.map(({ name }) => name));
  const [older, newer] = manifest.defaultPair.map(demoName) as [string, string];
  for (const name of [older, newer])
    if (!names.has(name)) throw badManifest("defaultPair", `there is no checkpoint ${name}`);
  if (!tasks.some(({ info }) => info.name === manifest.defaultTask))
    throw badManifest("defaultTask", `there is no task ${manifest.defaultTask}`);
  const { name, title, description, licence, parameters, defaultTask } = manifest;
  return {
    info: {
      name,
      title,
      description,
      licence,
      parameters,
      checkpoints,
      tasks: tasks.map(({ info }) => info),
      defaultTask,
      defaultPair: [older, newer],
    },
    folders: new Map(manifest.checkpoints.map(({ step, path: folder }) => [demoName(step), folder])),
    tasks,
  };
}

function parseManifest(text: string): v.InferOutput<typeof manifestSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw badManifest("the whole file", "it is not JSON");
  }
  const result = v.safeParse(manifestSchema, json);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw badManifest(v.getDotPath(issue) ?? "the whole file", issue.message);
}

function badManifest(field: string, why: string): AppError {
  return new AppError("bad-format", `The demo's ${MANIFEST} is not usable at ${field}: ${why}.`, {
    advice: "Get the files of public/demo again.",
    fields: { field },
  });
}

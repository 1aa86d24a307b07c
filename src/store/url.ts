/**
 * The page's address as state: `?run=…&task=…&pair=300,600&items=100&seed=…&alpha=…&backend=wasm`. Whatever stands
 * there is hostile: a value that cannot be taken is ignored, with a sentence that says so. Pure.
 */
import type { BackendChoice } from "../domain/backend.ts";
import type { RunInfo } from "../domain/checkpoint.ts";
import { type MetricName, measuresOf } from "../domain/measure.ts";
import { ACQUISITION_CHOICES, ESTIMATES, KERNELS, NOISES, type SearchSettings } from "../domain/surrogate.ts";
import type { TaskKind } from "../domain/task.ts";
import { formatRunLink, parseRunLink } from "./runLink.ts";
import { MOST_PARENTS, orderParents } from "./subject.ts";

/** What the address asks for; `null` where it says nothing, or nothing that can be taken. */
export type AddressRequest = {
  readonly task: string | null;
  readonly metric: MetricName | null;
  readonly parents: readonly string[] | null;
  readonly limit: number | null;
  readonly settings: Partial<SearchSettings>;
  readonly notices: readonly string[];
};

const BACKENDS: readonly BackendChoice[] = ["auto", "webgpu", "wasm"];

/** Settings as they stand in the address: their name, how to read one, what it takes. */
const SETTINGS = [
  { name: "alpha", read: number(0, 0.99), takes: "a number from 0 to 0.99" },
  { name: "seed", read: whole(0, 2 ** 31), takes: "a whole number" },
  { name: "trials", read: whole(4, 100), takes: "a whole number from 4 to 100" },
  { name: "beta", read: number(0, 100), takes: "a number from 0 to 100" },
  { name: "acquisition", read: oneOf(ACQUISITION_CHOICES), takes: ACQUISITION_CHOICES.join(", ") },
  { name: "kernel", read: oneOf(KERNELS), takes: KERNELS.join(", ") },
  { name: "noise", read: oneOf(NOISES), takes: NOISES.join(", ") },
  { name: "estimate", read: oneOf(ESTIMATES), takes: ESTIMATES.join(", ") },
] as const;

/** The backend that the address forces; read before anything else is known. */
export function parseBackend(query: string): BackendChoice {
  return oneOf(BACKENDS)(new URLSearchParams(query).get("backend") ?? "") ?? "auto";
}

/** Reads the query against a run's own tasks and checkpoints. */
export function parseAddress(query: string, run: RunInfo): AddressRequest {
  const params = new URLSearchParams(query);
  const notices: string[] = [];
  /** What stands there, read; a sentence where it cannot be. */
  const take = <T>(name: string, read: (text: string) => T | null, takes: string): T | null => {
    const text = params.get(name);
    const value = text === null ? null : read(text);
    if (text !== null && value === null)
      notices.push(`The address's ${name} “${short(text)}” was ignored: it takes ${takes}.`);
    return value;
  };
  const link = parseRunLink(query);
  if (link.kind === "bad")
    notices.push(
      `The address's run “${short(link.text)}” was ignored: it takes hf:OWNER/REPO@REVISION,REVISION, two or more.`,
    );
  const task = take(
    "task",
    oneOf(run.tasks.map(({ name }) => name)),
    "a task of this run; benchmarks and task files are opened with the + beside the task menu",
  );
  const kind = run.tasks.find(({ name }) => name === (task ?? run.defaultTask))?.kind ?? null;
  const metric = take("measure", oneOf(metricsOf(kind)), "a measure of the task");
  const parents =
    take(
      "parents",
      (text) => readParents(text, run, MOST_PARENTS),
      `two to ${MOST_PARENTS} checkpoints of this run`,
    ) ?? take("pair", (text) => readParents(text, run, 2), "two checkpoints of this run");
  const limit = take("items", whole(1, 1e6), "a whole number from 1");
  take("backend", oneOf(BACKENDS), BACKENDS.join(", "));
  const settings = SETTINGS.flatMap(({ name, read, takes }) => {
    const value = take<string | number>(name, read, takes);
    return value === null ? [] : [[name, value] as const];
  });
  return { task, metric, parents, limit, settings: Object.fromEntries(settings), notices };
}

/** The query without what only makes sense for another run than the one that is shown. */
export function withoutRun(query: string): string {
  const params = new URLSearchParams(query);
  for (const name of ["run", "task", "measure", "pair", "parents", "items"]) params.delete(name);
  return `?${params}`;
}

/** What of the state an address says. */
export type AddressState = {
  readonly task: string | null;
  readonly metric: MetricName | null;
  readonly parents: readonly string[] | null;
  readonly limit: number | null;
  readonly settings: SearchSettings;
  readonly backend: BackendChoice;
};

/** The query that brings back what was found in checkpoints of the hub, before they are explored. */
export function formatChoice(run: readonly string[], backend: BackendChoice): string {
  const params = new URLSearchParams(run.map((text) => ["run", text]));
  if (backend !== "auto") params.set("backend", backend);
  return readable(params);
}

/**
 * The query that brings this state back; only the settings that differ from `usual` are named. Folders of this machine
 * have no link: their pair is left out.
 */
export function formatAddress(state: AddressState, run: RunInfo, usual: SearchSettings): string {
  const link = formatRunLink(run.checkpoints.map(({ name }) => name));
  const params = new URLSearchParams((link ?? []).map((text) => ["run", text]));
  if (state.task !== null) params.set("task", state.task);
  if (state.metric !== null) params.set("measure", state.metric);
  if (state.parents !== null && link !== null)
    params.set(
      state.parents.length === 2 ? "pair" : "parents",
      state.parents.map((name) => shortName(name, run)).join(","),
    );
  if (state.limit !== null) params.set("items", String(state.limit));
  for (const { name } of SETTINGS) {
    if (state.settings[name] !== usual[name]) params.set(name, String(state.settings[name]));
  }
  if (state.backend !== "auto") params.set("backend", state.backend);
  return readable(params);
}

/** With the marks that an address may have as they are. */
function readable(params: URLSearchParams): string {
  const plain = { "%2C": ",", "%3A": ":", "%40": "@", "%2F": "/" };
  return Object.entries(plain).reduce(
    (text, [code, mark]) => text.replaceAll(code, mark),
    `?${params.toString()}`,
  );
}

/** A checkpoint's step where it has one, else its name. */
function shortName(name: string, run: RunInfo): string {
  const step = run.checkpoints.find((checkpoint) => checkpoint.name === name)?.step ?? null;
  return step === null ? name : String(step);
}

function readParents(text: string, run: RunInfo, most: number): readonly string[] | null {
  const names = text
    .split(",")
    .map((part) => run.checkpoints.find(({ name, step }) => name === part || String(step) === part)?.name);
  const known = names.flatMap((name) => name ?? []);
  return names.length > most ? null : orderParents(run, known, names.length);
}

function metricsOf(kind: TaskKind | null): readonly MetricName[] {
  return kind === null ? [] : measuresOf(kind).map(({ metric }) => metric);
}

function number(low: number, high: number): (text: string) => number | null {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    return value >= low && value <= high ? value : null;
  };
}

function whole(low: number, high: number): (text: string) => number | null {
  const read = number(low, high);
  return (text) => {
    const value = read(text);
    return value !== null && Number.isInteger(value) ? value : null;
  };
}

function oneOf<T extends string>(names: readonly T[]): (text: string) => T | null {
  return (text) => names.find((name) => name === text) ?? null;
}

function short(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}

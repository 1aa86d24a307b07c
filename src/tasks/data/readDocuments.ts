/**
 * The documents of a task from whatever files were given: which file is which split of which part is told by its name
 * and folder. Runs everywhere.
 */
import { AppError } from "../../base/errors.ts";
import type { Doc, Subset } from "../benchmark.ts";
import { BUILT_INS } from "../builtIns.ts";
import type { DataFile, DataFiles } from "./dataFiles.ts";
import { type DataSet, dataSetOf, type SplitName } from "./dataSets.ts";
import { readParquet } from "./parquet.ts";
import { badData, parseCsv, parseCsvRows, parseJsonRows, readText } from "./textFiles.ts";

/** A data file and what its name tells. */
type Placed = {
  readonly file: DataFile;
  readonly split: SplitName;
  /** Part of the set; "" where there is one only. */
  readonly subset: string;
};

const DATA_FILE = /\.(jsonl?|csv|parquet|txt|raw)$/i;

/**
 * The parts of a task that the files hold, in the task's own order.
 * @param task name of a built-in benchmark, or of a task of one's own, whose rows are taken as they are.
 * @param wanted parts asked for; `null` for all there are.
 * @throws AppError `not-found` saying what was looked for and what was given, `bad-format` naming file and line.
 */
export async function readDocuments(
  task: string,
  wanted: readonly string[] | null,
  data: DataFiles,
  signal: AbortSignal,
): Promise<readonly Subset[]> {
  const set = dataSetOf(task);
  const known = BUILT_INS.find(({ name }) => name === task)?.subsets ?? [];
  const placed = data.files
    .filter(({ path }) => DATA_FILE.test(path) && !/labels?\.\w+$/i.test(path))
    .map((file) => place(file, known));
  const parts = known.length === 0 ? [""] : known.filter((subset) => wanted?.includes(subset) ?? true);
  const subsets: Subset[] = [];
  for (const name of parts) {
    const own = placed.filter(({ subset }) => subset === name);
    const evaluated = filesOf(own, set.evaluated);
    if (evaluated.length === 0) continue;
    const examples = filesOf(own, set.examples).filter((one) => !evaluated.includes(one));
    const docs = await readAll(evaluated, set, data, signal);
    const fewShotDocs = examples.length === 0 ? null : await readAll(examples, set, data, signal);
    if (docs.length > 0) subsets.push({ name, docs, fewShotDocs });
  }
  if (subsets.length === 0) throw nothingFound(task, wanted, data);
  return subsets;
}

/** The files of the first split that has any. */
function filesOf(placed: readonly Placed[], splits: readonly SplitName[]): readonly Placed[] {
  for (const split of splits) {
    const found = placed.filter((one) => one.split === split);
    if (found.length > 0) return [...found].sort((a, b) => a.file.path.localeCompare(b.file.path, "en"));
  }
  return [];
}

/** "dev/law_dev.csv": dev of law; "law/test-00000-of-00001.parquet": test of law. */
function place(file: DataFile, subsets: readonly string[]): Placed {
  const parts = file.path.split("/");
  const stem = (parts.at(-1) ?? "").replace(/(\.[a-z0-9]+)+$/i, "");
  const folders = parts.slice(0, -1).reverse();
  const split = splitIn(stem) || folders.map(splitIn).find((found) => found !== "") || "";
  const names = [stem, stem.replace(/[_-](train|dev|val|valid|validation|test)$/i, ""), ...folders];
  const subset = names.find((name) => subsets.includes(name)) ?? "";
  return { file, split, subset };
}

function splitIn(name: string): SplitName {
  const found = /(?:^|[^a-z])(train|dev|validation|valid|val|test)(?:[^a-z]|$)/i
    .exec(name)?.[1]
    ?.toLowerCase();
  if (found === undefined) return "";
  return found.startsWith("val") ? "validation" : (found as SplitName);
}

async function readAll(
  placed: readonly Placed[],
  set: DataSet,
  data: DataFiles,
  signal: AbortSignal,
): Promise<readonly Doc[]> {
  const docs: Doc[] = [];
  for (const { file } of placed) {
    const rows = await readRows(file, set, signal);
    docs.push(...(await withLabels(file, converted(file, set, rows), data, signal)));
  }
  return docs;
}

function converted(file: DataFile, set: DataSet, rows: readonly Doc[]): readonly Doc[] {
  try {
    return set.convert(rows);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    throw badData(file.path, null, thrown.message.replace(/\.$/, ""), thrown);
  }
}

async function readRows(file: DataFile, set: DataSet, signal: AbortSignal): Promise<readonly Doc[]> {
  const { path } = file;
  if (/\.parquet$/i.test(path)) return readParquet(file, signal);
  const text = await readText(file, signal);
  if (/\.csv$/i.test(path)) return csvRows(path, text, set);
  if (/\.jsonl?$/i.test(path)) return parseJsonRows(path, text);
  return set.fromText?.(text) ?? [{ text, page: text }];
}

/** A file without a head begins with a question, not with the names of columns. */
function csvRows(path: string, text: string, { columns }: DataSet): readonly Doc[] {
  const [first] = parseCsv(path, text.slice(0, 65_536).split("\n", 1)[0] ?? "");
  const hasHead = first?.some((field) => /^(question|answer)$/i.test(field.trim())) ?? true;
  if (columns === null || hasHead) return parseCsvRows(path, text);
  return parseCsv(path, text).map((record, i) => {
    if (record.length !== columns.length)
      throw badData(path, i + 1, `it has ${record.length} fields, not ${columns.length}`);
    return Object.fromEntries(columns.map((name, column) => [name, record[column]!]));
  });
}

/** PIQA keeps its labels in a file beside its rows: `valid.jsonl` and `valid-labels.lst`. */
async function withLabels(
  { path }: DataFile,
  rows: readonly Doc[],
  data: DataFiles,
  signal: AbortSignal,
): Promise<readonly Doc[]> {
  const beside = `${path.replace(/\.\w+$/, "")}-labels.lst`;
  const labels = data.files.find((file) => file.path === beside);
  if (labels === undefined) return rows;
  const values = (await readText(labels, signal)).split("\n").filter((line) => line.trim() !== "");
  if (values.length !== rows.length)
    throw badData(beside, null, `it has ${values.length} labels for the ${rows.length} rows of ${path}`);
  return rows.map((row, i) => ({ ...row, label: values[i]!.trim() }));
}

function nothingFound(task: string, wanted: readonly string[] | null, { name, files }: DataFiles): AppError {
  const definition = BUILT_INS.find((one) => one.name === task);
  const needed = definition?.files ?? "rows as JSON lines, CSV or parquet";
  const part = wanted === null ? "" : ` (${wanted.join(", ")})`;
  const given = files.slice(0, 8).map(({ path }) => path);
  const more = files.length > given.length ? ` and ${files.length - given.length} more` : "";
  return new AppError("not-found", `The data of ${task}${part} is not among the files of ${name}.`, {
    advice: `Wanted: ${needed}. There: ${given.join(", ")}${more}.`,
    fields: { task, name },
  });
}

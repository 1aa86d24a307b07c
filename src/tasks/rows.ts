/**
 * A task file's rows: JSON lines in one of five shapes (docs: task files). All rows of a file have the same shape.
 * Anything wrong is refused with the line and the field. Runs everywhere.
 */
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import type { TaskKind, TaskRow } from "../domain/task.ts";

/** Characters of a task file, at most. */
const MAX_FILE_CHARACTERS = 256 * 2 ** 20;
/** Rows of a task file, at most. */
const MAX_ROWS = 1_000_000;
/** Characters of any one text, at most. */
const MAX_TEXT = 4 * 2 ** 20;
/** Choices or contexts of a row, at most. */
const MAX_CHOICES = 64;

const text = v.pipe(v.string(), v.maxLength(MAX_TEXT));
const someText = v.pipe(text, v.nonEmpty("is empty"));
const delimiter = v.optional(v.pipe(v.string(), v.maxLength(64)), " ");
const list = (item: typeof text | typeof someText) =>
  v.pipe(v.array(item), v.minLength(2, "needs at least two entries"), v.maxLength(MAX_CHOICES));
const index = v.pipe(v.number(), v.integer("is not a whole number"), v.minValue(0, "is below 0"));

/** Shapes in the order they are looked for; the field named is in no other shape. */
const SHAPES: readonly { readonly field: string; readonly schema: v.GenericSchema<unknown, TaskRow> }[] = [
  {
    field: "choices",
    schema: v.pipe(
      v.object({ context: text, choices: list(someText), gold: index, delimiter }),
      v.transform((row) => ({ kind: "multiple-choice" as const, ...row })),
    ),
  },
  {
    field: "contexts",
    schema: v.pipe(
      v.object({ contexts: list(text), continuation: someText, gold: index, delimiter }),
      v.transform((row) => ({ kind: "partial" as const, ...row })),
    ),
  },
  {
    field: "target",
    schema: v.pipe(
      v.object({ context: text, target: someText, delimiter }),
      v.transform((row) => ({ kind: "target" as const, ...row })),
    ),
  },
  {
    field: "text",
    schema: v.pipe(
      v.object({ text: someText }),
      v.transform((row) => ({ kind: "text" as const, ...row })),
    ),
  },
  {
    field: "question",
    schema: v.pipe(
      v.object({ question: someText, answer: someText }),
      v.transform((row) => ({ kind: "generation" as const, ...row })),
    ),
  },
];

/** A task file's rows and the shape they all have. */
export type ParsedRows = { readonly kind: TaskKind; readonly rows: readonly TaskRow[] };

/**
 * The rows of a `.jsonl` text; blank lines are passed over, fields that no shape knows are ignored.
 * @throws AppError `bad-format` naming file, line and field.
 */
export function parseTaskRows(name: string, jsonl: string): ParsedRows {
  if (jsonl.length > MAX_FILE_CHARACTERS)
    throw new AppError(
      "bad-format",
      `The task file ${name} is larger than ${MAX_FILE_CHARACTERS} characters.`,
      {
        advice: "Cut it into smaller files.",
        fields: { name },
      },
    );
  const rows: TaskRow[] = [];
  let line = 0;
  for (const part of jsonl.replace(/^\uFEFF/, "").split("\n")) {
    line++;
    if (part.trim() === "") continue;
    const row = parseRow(name, line, part);
    const kind = rows[0]?.kind ?? row.kind;
    if (row.kind !== kind)
      throw badRow(name, line, null, `it is a ${row.kind} row, the rows before are ${kind} rows`);
    if (rows.push(row) > MAX_ROWS) throw badRow(name, line, null, `there are more than ${MAX_ROWS} rows`);
  }
  if (rows.length === 0) throw badRow(name, line, null, "the file has no rows");
  return { kind: rows[0]!.kind, rows };
}

function parseRow(name: string, line: number, part: string): TaskRow {
  let json: unknown;
  try {
    json = JSON.parse(part);
  } catch {
    throw badRow(name, line, null, "it is not JSON");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw badRow(name, line, null, "it is not a JSON object");
  const shape = SHAPES.find(({ field }) => Object.hasOwn(json, field));
  if (shape === undefined)
    throw badRow(
      name,
      line,
      null,
      `it has none of the fields ${SHAPES.map(({ field }) => field).join(", ")}`,
    );
  const result = v.safeParse(shape.schema, json);
  if (!result.success) {
    const issue = result.issues[0];
    throw badRow(name, line, v.getDotPath(issue) ?? shape.field, issue.message);
  }
  const row = result.output;
  const options = row.kind === "multiple-choice" ? row.choices : row.kind === "partial" ? row.contexts : null;
  if (options !== null && "gold" in row && row.gold >= options.length)
    throw badRow(name, line, "gold", `is ${row.gold}, but there are only ${options.length} ${shape.field}`);
  return row;
}

function badRow(name: string, line: number, field: string | null, why: string): AppError {
  const where = field === null ? `line ${line}` : `line ${line}, field "${field}"`;
  return new AppError("bad-format", `The task file ${name} is not usable at ${where}: ${why}.`, {
    advice: "A row is one JSON object a line in one of the five shapes of a task file.",
    fields: { name, line, ...(field === null ? {} : { field }) },
  });
}

/**
 * Jinja templates of task files: the one door to @huggingface/jinja, an interpreter, so that a hostile template can only
 * compute. Python methods of lists and texts that tasks use and the library lacks are added to its values. Runs
 * everywhere.
 */
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { AppError } from "../base/errors.ts";
import type { Doc } from "./benchmark.ts";

/** A template as it is used on documents. */
export interface Template {
  /** The text of a document. @throws AppError `bad-format` for a document that lacks what it names. */
  text(doc: Doc): string;
  /** The value of a template that is one expression, as lists and numbers; else its text. @throws as `text`. */
  value(doc: Doc): unknown;
}

/** Characters of a template, and of what it makes, at most. */
const MAX_TEMPLATE = 64 * 2 ** 10;
const MAX_OUTPUT = 2 ** 20;
/** `range` is no longer, and loops are not nested deeper, so that no template runs for ever. */
const MAX_RANGE = 1000;
const MAX_LOOPS = 2;

type Program = ReturnType<typeof parse>;
type Statement = Program["body"][number];
type RuntimeValue = ReturnType<Interpreter["evaluate"]>;

/**
 * As the harness sets Jinja up: trailing line feeds are kept, an unknown name is an error.
 * @throws AppError `bad-format` for what is no template, `unsupported` for nested loops.
 */
export function compileTemplate(source: string): Template {
  if (source.length > MAX_TEMPLATE)
    throw new AppError("bad-format", `A template of ${source.length} characters is too long.`);
  const program = parseSource(source);
  const names = freeNames(program);
  const [only, ...others] = program.body;
  const expression = only !== undefined && others.length === 0 && isExpression(only) ? only : null;
  const run = <T>(doc: Doc, act: (interpreter: Interpreter, environment: Environment) => T): T => {
    const absent = names.find((name) => !Object.hasOwn(doc, name) && !GLOBALS.has(name));
    if (absent !== undefined)
      throw new AppError("bad-format", `it has no field "${absent}", which the template names.`, {
        advice: "Check the names of the data's fields.",
        fields: { field: absent },
      });
    const environment = createEnvironment(doc);
    try {
      return act(new Interpreter(environment), environment);
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw badTemplate(source, cause);
    }
  };
  const text = (doc: Doc): string => {
    const made = run(doc, (interpreter) => interpreter.run(program).value);
    if (typeof made === "string" && made.length <= MAX_OUTPUT) return made;
    throw new AppError("bad-format", "its template makes a text of more than a million characters.");
  };
  return {
    text,
    value: (doc) =>
      expression === null
        ? text(doc)
        : run(doc, (interpreter, environment) => toPlain(interpreter.evaluate(expression, environment))),
  };
}

const GLOBALS: ReadonlySet<string> = new Set([
  "true",
  "false",
  "none",
  "True",
  "False",
  "None",
  "range",
  "namespace",
  "loop",
]);

function parseSource(source: string): Program {
  let program: Program;
  try {
    // One line feed at the end is dropped by the library and kept by the harness.
    program = parse(tokenize(source.endsWith("\n") ? `${source}\n` : source));
  } catch (cause) {
    throw badTemplate(source, cause);
  }
  if (loopDepth(program) > MAX_LOOPS)
    throw new AppError("unsupported", `A template nests more than ${MAX_LOOPS} loops.`, {
      advice: "Write it without, or prepare the data first.",
    });
  return program;
}

function createEnvironment(doc: Doc): Environment {
  const environment = new Environment();
  addPythonMethods();
  const constants = { true: true, false: false, none: null, True: true, False: false, None: null };
  for (const [name, value] of Object.entries({ ...constants, range: boundedRange, ...doc }))
    environment.set(name, value);
  return environment;
}

function boundedRange(start: number, stop?: number, step = 1): readonly number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!(count <= MAX_RANGE)) throw new Error(`a range of more than ${MAX_RANGE}`);
  return Array.from({ length: count }, (_, i) => from + i * step);
}

type Builtins = { readonly builtins: Map<string, unknown>; readonly value: unknown };

let hasPythonMethods = false;

/** Once: the library's classes of lists and texts learn what Python's have. */
function addPythonMethods(): void {
  if (hasPythonMethods) return;
  hasPythonMethods = true;
  const asFunction = (act: (...values: readonly unknown[]) => unknown) => runtimeValue(act);
  extend(runtimeValue([]), (own) => [
    [
      "index",
      asFunction((wanted) =>
        indexIn(
          (own as readonly { value: unknown }[]).map(({ value }) => value),
          wanted,
        ),
      ),
    ],
    [
      "count",
      asFunction(
        (wanted) => (own as readonly { value: unknown }[]).filter(({ value }) => value === wanted).length,
      ),
    ],
  ]);
  extend(runtimeValue(""), (own) => {
    const text = own as string;
    return [
      ["index", asFunction((part) => indexIn([...text], part))],
      ["capitalize", asFunction(() => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase())],
    ];
  });
}

/** A value as the library has it. */
function runtimeValue(value: unknown): RuntimeValue {
  return new Environment().set("value", value);
}

/** Adds methods to the class of a value, made anew for each value of it. */
function extend(value: object, methods: (own: unknown) => readonly (readonly [string, unknown])[]): void {
  const prototype = Object.getPrototypeOf(value);
  const getter = Object.getOwnPropertyDescriptor(prototype, "builtins")?.get;
  if (getter === undefined) throw new AppError("internal", "The template library's values changed.");
  Object.defineProperty(prototype, "builtins", {
    configurable: true,
    get(this: Builtins) {
      const own = getter.call(this) as Map<string, unknown>;
      for (const [name, method] of methods(this.value)) own.set(name, method);
      return own;
    },
  });
}

function indexIn(values: readonly unknown[], wanted: unknown): number {
  const index = values.indexOf(wanted);
  if (index >= 0) return index;
  throw new Error(`${JSON.stringify(wanted)} is not in ${JSON.stringify(values)}`);
}

/** A value of the library as plain JSON. */
function toPlain(value: RuntimeValue): unknown {
  const inner: unknown = value.value;
  if (Array.isArray(inner)) return inner.map(toPlain);
  if (inner instanceof Map) return Object.fromEntries([...inner].map(([key, one]) => [key, toPlain(one)]));
  return inner;
}

/** Statements print nothing of their own kind; a lone literal is text. */
function isExpression({ type }: Statement): boolean {
  return ![
    "If",
    "For",
    "Set",
    "Macro",
    "Comment",
    "CallStatement",
    "FilterStatement",
    "StringLiteral",
  ].includes(type);
}

/** Names that a template takes from the document. */
function freeNames(program: Program): readonly string[] {
  const used = new Set<string>();
  const bound = new Set<string>();
  visit(program, (node, key) => {
    if (node.type !== "Identifier" || typeof node.value !== "string") return;
    if (key === "loopvar" || key === "assignee" || key === "name" || (key === "args" && node.isParameter))
      bound.add(node.value);
    else if (key !== "property" && key !== "filter" && key !== "test" && key !== "key") used.add(node.value);
  });
  return [...used].filter((name) => !bound.has(name));
}

function loopDepth(node: unknown): number {
  let deepest = 0;
  const walk = (at: unknown, depth: number): void => {
    if (typeof at !== "object" || at === null) return;
    const isLoop = (at as { type?: unknown }).type === "For";
    const here = isLoop ? depth + 1 : depth;
    deepest = Math.max(deepest, here);
    for (const child of at instanceof Map ? [...at].flat() : Object.values(at)) walk(child, here);
  };
  walk(node, 0);
  return deepest;
}

type Node = { readonly type?: unknown; readonly value?: unknown; readonly isParameter?: boolean };

/** Every node with the name of the field it stands in; a computed property is read like any expression. */
function visit(node: unknown, act: (node: Node, key: string) => void, key = ""): void {
  if (typeof node !== "object" || node === null) return;
  act(node as Node, key);
  const computed = (node as { computed?: unknown }).computed === true;
  const isFilter = (node as Node).type === "FilterExpression";
  for (const [name, child] of node instanceof Map
    ? [...node].flatMap(
        ([k, v]) =>
          [
            ["", k],
            ["", v],
          ] as const,
      )
    : Object.entries(node)) {
    const children = Array.isArray(child) ? child : [child];
    const field =
      name === "property" && computed
        ? ""
        : isFilter && name === "filter" && child?.type === "CallExpression"
          ? "call"
          : name;
    for (const one of children) {
      if (field === "call") {
        for (const argument of one.args ?? []) visit(argument, act, "");
      } else visit(one, act, field);
    }
  }
}

function badTemplate(source: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const short = source.length > 80 ? `${source.slice(0, 80)}…` : source;
  return new AppError("bad-format", `The template ${JSON.stringify(short)} cannot be used: ${why}.`, {
    advice: "See which parts of Jinja task files may use.",
    cause,
  });
}

/**
 * Jinja templates of task files: the one door to @huggingface/jinja, an interpreter, so that a hostile template can only
 * compute, for a bounded time. Where the library and Python differ (printing, methods, what is not there), Python's way
 * is taken, as the harness has it. Runs everywhere.
 */
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { AppError } from "../base/errors.ts";
import type { Doc } from "./benchmark.ts";
import { listMethods, pythonText, textMethods } from "./pythonText.ts";
import { findParts, type Node, type TemplateParts } from "./templateNames.ts";

/** A template as it is used on documents. */
export interface Template {
  /** The text of a document. @throws AppError `bad-format` for a document that lacks what it names. */
  text(doc: Doc): string;
  /** Where all that it prints is one list: that list. Else as `text`. @throws as `text`. */
  value(doc: Doc): unknown;
}

/** Characters of a template. */
const MAX_TEMPLATE = 64 * 2 ** 10;
/** Characters and list places that any value on the way has, and the text in the end. */
const MAX_WEIGHT = 2 ** 20;
/** Expressions and statements evaluated, some microseconds each; and the numbers of a `range`. */
const MAX_STEPS = 100_000;
const MAX_RANGE = 10_000;
/** What is not built here, in the library's names. */
const REFUSED: readonly string[] = ["Macro", "CallStatement", "FilterStatement"];

type Program = ReturnType<typeof parse>;
type RuntimeValue = ReturnType<Interpreter["evaluate"]>;
type Statement = Parameters<Interpreter["evaluate"]>[0];

/**
 * As the harness sets Jinja up: trailing line feeds are kept, what is not there is an error.
 * @throws AppError `bad-format` for what is no template, `unsupported` for macros.
 */
export function compileTemplate(source: string): Template {
  if (source.length > MAX_TEMPLATE)
    throw new AppError("bad-format", `A template of ${source.length} characters is too long.`);
  const program = parseSource(source);
  const parts = findParts(program as unknown as Node);
  const refused = REFUSED.find((type) => parts.statements.has(type));
  if (refused !== undefined)
    throw new AppError("unsupported", `The template ${shown(source)} has a macro, which is not supported.`, {
      advice: "Write it without.",
    });
  const run = (doc: Doc): { readonly text: string; readonly list: unknown } => {
    const environment = createEnvironment(parts, doc);
    const interpreter = new BoundedInterpreter(environment, parts.printed);
    try {
      const text = pythonText(interpreter.run(program).value);
      checkWeight(text.length);
      return { text, list: interpreter.onlyList(text) };
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw badTemplate(source, cause);
    }
  };
  return {
    text: (doc) => run(doc).text,
    value(doc) {
      const { text, list } = run(doc);
      return list ?? text;
    },
  };
}

function parseSource(source: string): Program {
  try {
    // One line feed at the end is dropped by the library and kept by the harness.
    return parse(tokenize(source.endsWith("\n") ? `${source}\n` : source));
  } catch (cause) {
    throw badTemplate(source, cause);
  }
}

/** Counts what it does, weighs what it makes, and prints as Python does. */
class BoundedInterpreter extends Interpreter {
  readonly #printed: ReadonlySet<object>;
  readonly #weights = new WeakMap<object, number>();
  #steps = 0;
  /** What was printed, but for the template's own text. */
  readonly #values: unknown[] = [];

  constructor(environment: Environment, printed: ReadonlySet<object>) {
    super(environment);
    this.#printed = printed;
  }

  /** The list, where a list is all that was printed. */
  onlyList(text: string): unknown {
    const lists = this.#values.filter(Array.isArray);
    return lists.length === 1 && pythonText(lists[0]) === text.trim() ? lists[0] : null;
  }

  override evaluate(statement: Statement, environment: Environment): RuntimeValue {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) throw new Error(`it takes more than ${MAX_STEPS} steps`);
    const value = this.#asText(statement, environment) ?? super.evaluate(statement, environment);
    checkWeight(this.#weigh(value));
    if (statement === undefined || !this.#printed.has(statement)) return value;
    if (value.type === "UndefinedValue") return this.#nothing(statement, environment);
    const plain = toPlain(value);
    this.#values.push(plain);
    return runtimeValue(pythonText(plain));
  }

  /** Nothing is printed for `a if b` without an `else` where b is false; what is not there is an error. */
  #nothing(statement: NonNullable<Statement>, environment: Environment): RuntimeValue {
    const { test } = statement as { readonly test?: Statement };
    if (statement.type === "SelectExpression" && !this.evaluate(test, environment).__bool__().value)
      return runtimeValue("");
    throw new Error("it prints what is not there");
  }

  /** `a ~ b` and `a|string`, which the library prints in its own way. */
  #asText(statement: Statement, environment: Environment): RuntimeValue | null {
    const { type, operator, left, right, filter, operand } = (statement ?? {}) as Partial<
      Record<string, unknown>
    >;
    const text = (part: unknown) => pythonText(toPlain(this.evaluate(part as Statement, environment)));
    if (type === "BinaryExpression" && (operator as Node).value === "~")
      return runtimeValue(text(left) + text(right));
    if (type === "FilterExpression" && (filter as Node).value === "string")
      return runtimeValue(text(operand));
    return null;
  }

  /** Shared parts count each time they stand somewhere, as they do when they are printed. */
  #weigh(value: RuntimeValue): number {
    const { type, value: inner } = value;
    if (typeof inner === "string") return inner.length;
    if (type === "NamespaceValue" || typeof inner !== "object" || inner === null) return 1;
    const known = this.#weights.get(value);
    if (known !== undefined) return known;
    let weight = 1;
    for (const child of inner.values() as Iterable<RuntimeValue>) {
      if (child.type === "NamespaceValue") throw new Error("a namespace stands in a list");
      weight += 1 + this.#weigh(child);
    }
    this.#weights.set(value, weight);
    return weight;
  }
}

function checkWeight(weight: number): void {
  if (weight > MAX_WEIGHT) throw new Error("it makes a text of more than a million characters");
}

function createEnvironment({ needed, optional }: TemplateParts, doc: Doc): Environment {
  const absent = needed.find((name) => !Object.hasOwn(doc, name));
  if (absent !== undefined)
    throw new AppError("bad-format", `it has no field "${absent}", which the template names.`, {
      advice: "Check the names of the data's fields.",
      fields: { field: absent },
    });
  addPythonMethods();
  const environment = new Environment();
  const constants = { true: true, false: false, none: null, True: true, False: false, None: null };
  for (const [name, value] of Object.entries({ ...constants, range: boundedRange }))
    environment.set(name, value);
  for (const name of [...needed, ...optional]) if (Object.hasOwn(doc, name)) environment.set(name, doc[name]);
  return environment;
}

function boundedRange(start: number, stop?: number, step = 1): readonly number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!(count <= MAX_RANGE)) throw new Error(`a range of more than ${MAX_RANGE}`);
  return Array.from({ length: count }, (_, i) => from + i * step);
}

let hasPythonMethods = false;

/** Once: the library's classes of lists and texts learn what Python's have. */
function addPythonMethods(): void {
  if (hasPythonMethods) return;
  hasPythonMethods = true;
  extend(runtimeValue([]), (own) => listMethods((own as readonly RuntimeValue[]).map(toPlain)));
  extend(runtimeValue(""), (own) => textMethods(own as string));
}

/** A value as the library has it. */
function runtimeValue(value: unknown): RuntimeValue {
  return new Environment().set("value", value);
}

/** Adds methods to the class of a value, the first time that a value of it is asked for any. */
function extend(example: object, methods: (own: unknown) => Readonly<Record<string, unknown>>): void {
  const prototype = Object.getPrototypeOf(example);
  const getter = Object.getOwnPropertyDescriptor(prototype, "builtins")?.get;
  if (getter === undefined) throw new AppError("internal", "The template library's values changed.");
  const done = new WeakSet<object>();
  Object.defineProperty(prototype, "builtins", {
    configurable: true,
    get(this: { readonly value: unknown }) {
      const own = getter.call(this) as Map<string, unknown>;
      if (done.has(own)) return own;
      done.add(own);
      for (const [name, act] of Object.entries(methods(this.value)))
        own.set(
          name,
          runtimeValue((...values: unknown[]) =>
            (act as (...all: unknown[]) => unknown)(...values.map(plainArgument)),
          ),
        );
      return own;
    },
  });
}

/** The library unwraps an argument, but not what is inside a list. */
function plainArgument(value: unknown): unknown {
  return Array.isArray(value) ? value.map(toPlain) : value;
}

/** A value of the library as plain JSON. */
function toPlain(value: RuntimeValue): unknown {
  const { type } = value;
  const inner: unknown = value.value;
  if (type === "NamespaceValue" || type === "FunctionValue" || type === "TupleValue")
    throw new Error(`it prints a ${type}, which is no text, number or list`);
  if (Array.isArray(inner)) return inner.map(toPlain);
  if (inner instanceof Map) return Object.fromEntries([...inner].map(([key, one]) => [key, toPlain(one)]));
  return inner;
}

function badTemplate(source: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError("bad-format", `The template ${shown(source)} cannot be used: ${why}.`, {
    advice: "See which parts of Jinja task files may use.",
    cause,
  });
}

function shown(source: string): string {
  return JSON.stringify(source.length > 80 ? `${source.slice(0, 80)}…` : source);
}

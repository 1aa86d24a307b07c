/**
 * What a parsed template says before it runs: which fields it takes, which of its parts print, which statements it has
 * that are not allowed. Pure; knows nodes by their fields only, not the library that made them.
 */

/** A node of a parsed template. */
export type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What was found. */
export type TemplateParts = {
  /** Names it cannot do without: all it reads and does not make itself, but for those it asks about first. */
  readonly needed: readonly string[];
  /** Names that may be absent: asked for by `is defined` or given a default. */
  readonly optional: readonly string[];
  /** Expressions whose value is printed. */
  readonly printed: ReadonlySet<object>;
  /** Types of statements, each once. */
  readonly statements: ReadonlySet<string>;
};

/** Fields of nodes that hold a list of statements. */
const BLOCKS: readonly string[] = ["body", "alternate", "defaultBlock"];
const PRINT_NOTHING: readonly string[] = ["If", "For", "Set", "Comment", "Break", "Continue"];
/** Names that every template has. */
const GIVEN: readonly string[] = [
  "true",
  "false",
  "none",
  "True",
  "False",
  "None",
  "range",
  "namespace",
  "loop",
];

/** Looks through a whole template. */
export function findParts(program: Node): TemplateParts {
  const read = new Set<string>();
  const optional = new Set<string>();
  const made = new Set<string>(GIVEN);
  const printed = new Set<object>();
  const statements = new Set<string>();
  const note = (node: Node): void => {
    statements.add(node.type);
    for (const name of makes(node)) made.add(name);
    for (const block of BLOCKS) {
      const inside = node[block];
      if (Array.isArray(inside))
        for (const one of inside) if (!PRINT_NOTHING.includes(one.type)) printed.add(one);
    }
  };
  const walk = (at: unknown): void => {
    if (Array.isArray(at)) for (const one of at) walk(one);
    else if (at instanceof Map)
      for (const [key, value] of at) {
        walk(key);
        walk(value);
      }
    else if (isNode(at)) {
      note(at);
      const asked = asksAbout(at);
      if (asked !== null) optional.add(asked);
      else if (at.type === "Identifier") read.add(String(at.value));
      else for (const child of childrenOf(at)) walk(child);
    }
  };
  walk(program);
  const needed = [...read].filter((name) => !made.has(name) && !optional.has(name));
  return { needed, optional: [...optional].filter((name) => !made.has(name)), printed, statements };
}

function isNode(at: unknown): at is Node {
  return typeof at === "object" && at !== null && typeof (at as { type?: unknown }).type === "string";
}

/** The parts of a node that are read as values: not names of attributes, filters, tests and operators. */
function childrenOf(node: Node): readonly unknown[] {
  switch (node.type) {
    case "MemberExpression":
      return node.computed === true ? [node.object, node.property] : [node.object];
    case "FilterExpression":
      return [
        node.operand,
        isNode(node.filter) && node.filter.type === "CallExpression" ? node.filter.args : null,
      ];
    case "TestExpression":
      return [node.operand];
    case "KeywordArgumentExpression":
      return [node.value];
    case "BinaryExpression":
      return [node.left, node.right];
    case "UnaryExpression":
      return [node.argument];
    case "For":
      return [node.iterable, node.body, node.defaultBlock];
    case "Set":
      return [
        isNode(node.assignee) && node.assignee.type === "MemberExpression" ? node.assignee : null,
        node.value,
        node.body,
      ];
    default:
      return Object.values(node);
  }
}

/** Names that a statement makes. */
function makes(node: Node): readonly string[] {
  const target = node.type === "For" ? node.loopvar : node.type === "Set" ? node.assignee : null;
  if (!isNode(target)) return [];
  const names = target.type === "TupleLiteral" ? (target.value as readonly Node[]) : [target];
  return names.filter(({ type }) => type === "Identifier").map(({ value }) => String(value));
}

/** The bare name that a test for being there, or a default, is put to. */
function asksAbout(node: Node): string | null {
  const { operand } = node;
  if (!isNode(operand) || operand.type !== "Identifier") return null;
  const called =
    node.type === "TestExpression" ? node.test : node.type === "FilterExpression" ? node.filter : null;
  if (!isNode(called)) return null;
  const name = called.type === "CallExpression" ? (called.callee as Node).value : called.value;
  return name === "defined" || name === "undefined" || name === "default" ? String(operand.value) : null;
}

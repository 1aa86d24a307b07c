/**
 * Checks the house: who may import whom, one door a dependency, no loops. The tables below are the rules; a change
 * of plan changes them in the same commit. Run: `npx tsx scripts/checkImports.ts`; also a test.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Room → rooms it may import besides itself, with the reason. */
export const ROOMS: Readonly<Record<string, { readonly may: readonly string[]; readonly why: string }>> = {
  base: { may: [], why: "the ground: errors, jobs, numbers' bits" },
  domain: { may: ["base"], why: "records that cross rooms and threads know no room" },
  numerics: { may: ["base"], why: "mathematics knows no model" },
  storage: { may: ["base"], why: "bytes know no format" },
  bayes: { may: ["base", "domain", "numerics"], why: "a search knows points and values, not models" },
  checkpoint: { may: ["base", "domain", "storage"], why: "formats read bytes through the contract" },
  model: { may: ["base", "domain", "storage"], why: "a model is described without being run" },
  tasks: {
    may: ["base", "domain", "numerics", "storage"],
    why: "data sets become rows of text; a task knows no model",
  },
  runtime: { may: ["base", "domain", "model"], why: "the device runs a described model" },
  evaluate: {
    may: ["base", "domain", "numerics", "model", "runtime"],
    why: "tasks become batches and scores",
  },
  merge: {
    may: ["base", "domain", "numerics", "checkpoint", "model", "runtime"],
    why: "plans, then acts on weights",
  },
  study: {
    may: ["base", "domain", "numerics", "bayes", "evaluate", "merge", "runtime"],
    why: "searches over objectives",
  },
  engine: {
    may: [
      "base",
      "domain",
      "numerics",
      "storage",
      "bayes",
      "checkpoint",
      "model",
      "runtime",
      "tasks",
      "evaluate",
      "merge",
      "study",
      "rpc/protocol.ts",
    ],
    why: "the only room that wires",
  },
  worker: {
    may: ["base", "domain", "rpc", "engine", "storage", "runtime"],
    why: "a roof: hands the engine its platform",
  },
  cli: { may: ["base", "domain", "rpc", "engine", "storage", "runtime", "report"], why: "the second roof" },
  rpc: { may: ["base", "domain"], why: "the thread wall carries records" },
  plots: {
    may: ["base", "domain", "numerics"],
    why: "pure functions: records to figures, with what is significant in them",
  },
  report: { may: ["base", "domain"], why: "pure functions: study results to documents, drawn by both roofs" },
  store: { may: ["base", "domain", "rpc"], why: "holds records, calls the engine" },
  ui: { may: ["base", "domain", "store", "plots", "report"], why: "shows the store" },
  "main.tsx": { may: ["ui", "store", "rpc", "worker"], why: "the browser's roof" },
};

/** Package → the files or rooms that may import it; a package that is not listed may be imported nowhere. */
export const DOORS: Readonly<Record<string, readonly string[]>> = {
  "onnxruntime-web": ["runtime/ort"],
  "onnxruntime-node": ["runtime/ort"],
  "onnxruntime-common": ["runtime/"],
  "plotly.js": ["ui/components/Figure"],
  "@observablehq/plot": ["report/"],
  linkedom: ["cli/"],
  zustand: ["store/"],
  "@huggingface/tokenizers": ["model/tokenizer.ts"],
  react: ["ui/", "main.tsx"],
  "react-dom": ["ui/", "main.tsx"],
  "radix-ui": ["ui/"],
  tinykeys: ["ui/"],
  temml: ["ui/"],
  "lucide-react": ["ui/"],
  birpc: ["rpc/"],
  valibot: [
    "domain/",
    "storage/",
    "model/",
    "checkpoint/",
    "tasks/",
    "evaluate/",
    "study/tables/",
    "engine/",
    "cli/",
    "store/",
    "report/",
  ],
  pbf: ["model/onnx/"],
  commander: ["cli/"],
  "csv-parse": ["tasks/data/", "study/tables/csvTable.ts"],
  hyparquet: ["tasks/data/parquet.ts"],
  "hyparquet-compressors": ["tasks/data/parquet.ts"],
  "@huggingface/jinja": ["tasks/template.ts"],
  re2js: ["evaluate/answerMatch.ts"],
  "@zip.js/zip.js": ["checkpoint/formats/zip.ts"],
  "hash-wasm": ["storage/sha256.ts"],
  "p-retry": ["storage/hub/retry.ts"],
  "p-limit": ["checkpoint/parallel.ts", "storage/"],
  yaml: ["merge/", "tasks/harnessYaml.ts"],
  "node:": ["cli/", "storage/node", "runtime/ortNode"],
};

/** One forbidden import, in words. */
export type Violation = string;

type Import = { readonly from: string; readonly to: string };

/** Every violation in the source tree under `src`; an empty list is a clean house. */
export function findViolations(src: string): readonly Violation[] {
  const files = sourceFiles(src);
  const imports = files.flatMap((file) => importsOf(src, file));
  const local = imports.filter((edge) => edge.to.startsWith("./"));
  const packages = imports.filter((edge) => !edge.to.startsWith("./"));
  return [
    ...local.flatMap((edge) => checkRoom(edge)),
    ...packages.filter((edge) => !isTest(edge.from)).flatMap((edge) => checkDoor(edge)),
    ...findLoops(local),
  ];
}

function sourceFiles(src: string): readonly string[] {
  return readdirSync(src, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"));
}

/** Local imports as "./room/file.ts" from src, packages by their specifier. `import type` counts. */
function importsOf(src: string, file: string): readonly Import[] {
  const text = readFileSync(join(src, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const specifiers = [
    ...text.matchAll(
      /(?:^|[\s;])(?:import|export)\s(?:[^"';]*?\sfrom\s*)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|new URL\(\s*["'](\.[^"']+)["']/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
  return specifiers.map((specifier) => ({
    from: file,
    to: specifier.startsWith(".")
      ? `./${normalize(join(dirname(file), specifier.replace(/\?.*$/, ""))).replaceAll("\\", "/")}`
      : specifier,
  }));
}

function roomOf(file: string): string {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : file;
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file) || file.includes("/fixtures/");
}

function checkRoom({ from, to }: Import): readonly Violation[] {
  const target = to.slice(2);
  if (target.startsWith("..") || /\.(css|json|wgsl|svg)$/.test(target)) return [];
  const [room, other] = [roomOf(from), roomOf(target)];
  if (room === other) return [];
  const rule = ROOMS[room];
  if (rule === undefined) return [`${from}: the room "${room}" is not in the plan`];
  const allowed = rule.may.some((name) => name === other || name === target);
  return allowed ? [] : [`${from} imports ${target}: ${room} may not know ${other} (${rule.why})`];
}

function checkDoor({ from, to }: Import): readonly Violation[] {
  const name = to.startsWith("node:")
    ? "node:"
    : to
        .split("/")
        .slice(0, to.startsWith("@") ? 2 : 1)
        .join("/");
  const doors = DOORS[name];
  if (doors === undefined) return [`${from} imports ${to}: no door is planned for it`];
  return doors.some((door) => from.startsWith(door))
    ? []
    : [`${from} imports ${to}: its door is ${doors.join(", ")}`];
}

/** Loops between files, each found once, by depth-first search. */
function findLoops(edges: readonly Import[]): readonly Violation[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to.slice(2)]);
  const done = new Set<string>();
  const loops: Violation[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) loops.push(`loop: ${[...path.slice(start), file].join(" → ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const other of next.get(file) ?? []) visit(other, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return loops;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const src = fileURLToPath(new URL("../src", import.meta.url));
  const violations = findViolations(src);
  for (const violation of violations) console.error(violation);
  console.log(`imports: ${violations.length} violations in ${relative(process.cwd(), src)}`);
  process.exit(violations.length === 0 ? 0 : 1);
}

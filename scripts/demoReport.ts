/**
 * Measures, from the shipped files alone, whether the demo run has the phenomena that make merging worth exploring:
 * scores that rise but not steadily, neighbours whose merge beats both, a barrier between early and late checkpoints,
 * and a best λ that is not always ½. Prints the figures as they are and writes them to docs/demo-report.md.
 * Run: `npm run demo:report`.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createNodeEngine } from "../src/cli/nodePlatform.ts";
import { curveOf, LAMBDAS } from "./demoCurves.ts";
import { measureMerges, type Pair } from "./demoMerges.ts";
import { formatDistant, formatNeighbours, formatOptima, formatTrajectory } from "./demoTables.ts";
import { formatVerdict } from "./demoVerdict.ts";

const FILE = fileURLToPath(new URL("../docs/demo-report.md", import.meta.url));
/** Checkpoints of the constant-rate phase, at even steps. */
const LATE = 11;
/** Characters a line of words. */
const WIDTH = 120;

const engine = createNodeEngine({});
const run = await engine.call(
  "openDemo",
  {},
  { signal: new AbortController().signal, emit: () => undefined },
);
const names = run.checkpoints.map(({ name }) => name);
const [early, late] = [names.slice(0, -LATE), names.slice(-LATE)];
const neighbours = late.slice(0, -1).map((older, i): Pair => [older, late[i + 1]!]);
const distant = early.flatMap((older): Pair[] => [
  [older, late[0]!],
  [older, late.at(-1)!],
]);

const merges = await measureMerges(engine, run.tasks, names, [...neighbours, ...distant]);

const texts = run.tasks.filter(({ kind }) => kind === "text");
const accuracies = run.tasks.filter(({ kind }) => kind !== "text");
const curvesOf = (pairs: readonly Pair[]) =>
  pairs.map(([older, newer]) => {
    const outcomes = (tasks: typeof texts) =>
      LAMBDAS.map((lambda) => tasks.map((task) => merges.at(task, older, newer, lambda)));
    return {
      pair: `${stepOf(older)}–${stepOf(newer)}`,
      loss: curveOf(outcomes(texts), false),
      accuracy: curveOf(outcomes(accuracies), true),
    };
  });
const trajectories = run.tasks.map((task) => ({
  task,
  steps: names.map((name) => merges.at(task, name, name, 1)),
}));
const near = curvesOf(neighbours);
const far = curvesOf(distant);

function stepOf(name: string): string {
  return name.replace("demo:", "");
}

const report = [
  `${run.title}: ${run.parameters} parameters, ${names.length} checkpoints. Test halves. ± is one standard error,`,
  "paired over items where two merges are compared. λ is the newer checkpoint's weight.",
  "",
  formatTrajectory(names.map(stepOf), trajectories, LATE),
  "",
  formatNeighbours(near),
  "",
  formatOptima(near),
  "",
  formatDistant(far),
  "",
  formatVerdict({ trajectories, late: LATE, near, far }, WIDTH),
].join("\n");
console.log(report);
writeFileSync(
  FILE,
  `# Does the demo run have the phenomena?\n\nMade by \`npm run demo:report\` from the shipped files.\n\n\`\`\`text\n${report}\n\`\`\`\n`,
);

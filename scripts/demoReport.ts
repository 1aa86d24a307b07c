/**
 * Prints, from the shipped files alone, whether the demo run has the phenomena that make merging worth exploring:
 * scores that rise but not steadily, neighbours whose merge beats both, a barrier between early and late checkpoints,
 * and a best λ that is not always ½. Run: `npm run demo:report`.
 */
import { createNodeEngine } from "../src/cli/nodePlatform.ts";
import { measuresOf } from "../src/domain/measure.ts";
import { pairRecipe } from "../src/domain/recipe.ts";
import type { TaskInfo } from "../src/domain/task.ts";

const LATE = 11;
const LAMBDAS = Array.from({ length: 11 }, (_, i) => i / 10);

const engine = createNodeEngine({});
const job = { signal: new AbortController().signal, emit: () => undefined };
const run = await engine.call("openDemo", {}, job);
const names = run.checkpoints.map(({ name }) => name);
const early = names.slice(0, -LATE);
const late = names.slice(-LATE);
const texts = run.tasks.filter(({ kind }) => kind === "text");
const accuracies = run.tasks.filter(({ kind }) => kind !== "text");

const known = new Map<string, number>();

/** A task's default metric on the test half: accuracy, or nats a token. */
async function measure(task: TaskInfo, older: string, newer: string, lambda: number): Promise<number> {
  const recipe = pairRecipe(older, newer, lambda);
  const sole = recipe.coefficients.indexOf(1);
  const used = sole < 0 ? recipe : { parents: [recipe.parents[sole]!], coefficients: [1] };
  const key = JSON.stringify([task.name, used]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const { metrics } = await engine.call(
    "evaluate",
    { recipe: used, task: task.name, split: "test", limit: null },
    job,
  );
  const { value } = metrics[measuresOf(task.kind)[0].metric]!;
  known.set(key, value);
  return value;
}

async function meanOver(
  tasks: readonly TaskInfo[],
  older: string,
  newer: string,
  lambda: number,
): Promise<number> {
  let sum = 0;
  for (const task of tasks) sum += await measure(task, older, newer, lambda);
  return sum / tasks.length;
}

const step = (name: string): string => name.replace("demo:", "");
const cells = (values: readonly string[], width: number): string =>
  values.map((value) => value.padStart(width)).join("");
const percent = (value: number): string => (100 * value).toFixed(1);

async function reportTrajectory(): Promise<void> {
  console.log(`${run.title}: ${run.parameters} parameters, ${names.length} checkpoints; test halves\n`);
  console.log(`${"step".padEnd(20)}${cells(names.map(step), 7)}   falls among the last ${LATE}`);
  for (const task of run.tasks) {
    const values: number[] = [];
    for (const name of names) values.push(await measure(task, name, name, 1));
    const isLoss = task.kind === "text";
    const lateValues = values.slice(-LATE);
    const falls = lateValues.filter(
      (value, i) => i > 0 && (isLoss ? value > lateValues[i - 1]! : value < lateValues[i - 1]!),
    );
    const shown = values.map((value) => (isLoss ? Math.exp(value).toFixed(3) : percent(value)));
    const chance = task.chance === null ? "" : `, chance ${percent(task.chance)}`;
    console.log(
      `${task.name.padEnd(20)}${cells(shown, 7)}   ${falls.length} of ${LATE - 1}${chance}${isLoss ? ", perplexity" : ""}`,
    );
  }
}

/** The best λ of the grid for one pair; `higher` says which way is up. */
async function bestOfGrid(tasks: readonly TaskInfo[], older: string, newer: string, higher: boolean) {
  const values: number[] = [];
  for (const lambda of LAMBDAS) values.push(await meanOver(tasks, older, newer, lambda));
  const up = values.map((value) => (higher ? value : -value));
  const best = up.indexOf(Math.max(...up));
  const parents = [up[0]!, up.at(-1)!];
  const better = Math.max(...parents);
  return { lambda: LAMBDAS[best]!, gain: up[best]! - better, half: up[5]! - better, better, parents };
}

async function reportNeighbours(): Promise<readonly number[]> {
  const lambdas: number[] = [];
  for (const [title, tasks, higher] of [
    ["loss on running text, nats a token", texts, false],
    ["mean of the accuracies, points", accuracies, true],
  ] as const) {
    console.log(`\nNeighbours: ${title}; λ is the newer one's weight`);
    console.log("pair             better parent   best λ     gain   gain at ½");
    let wins = 0;
    for (const [i, older] of late.slice(0, -1).entries()) {
      const newer = late[i + 1]!;
      const { lambda, gain, half, better } = await bestOfGrid(tasks, older, newer, higher);
      const unit = (value: number): string => (higher ? percent(value) : value.toFixed(4));
      if (gain > 0) wins++;
      lambdas.push(lambda);
      console.log(
        `${`${step(older)}–${step(newer)}`.padEnd(17)}${unit(Math.abs(better)).padStart(13)}${lambda.toFixed(1).padStart(9)}${unit(gain).padStart(9)}${unit(half).padStart(12)}`,
      );
    }
    console.log(`the best merge beats the better parent for ${wins} of ${late.length - 1} pairs`);
  }
  return lambdas;
}

/**
 * Early with late: how far the merge rises above the straight line between its parents at worst (a barrier in the
 * strict sense), and what the average and the best merge between them gain on the better parent.
 */
async function reportBarriers(): Promise<void> {
  console.log(
    "\nEarly with late: loss on running text; a barrier is a rise above the line between the parents",
  );
  console.log("pair            older    newer   barrier at λ     gain at ½   best gain inside at λ");
  for (const older of early) {
    for (const newer of [late[0]!, late.at(-1)!]) {
      const losses: number[] = [];
      for (const lambda of LAMBDAS) losses.push(await meanOver(texts, older, newer, lambda));
      const [start, end] = [losses[0]!, losses.at(-1)!];
      const better = Math.min(start, end);
      const rises = losses.map((loss, i) => loss - (LAMBDAS[i]! * end + (1 - LAMBDAS[i]!) * start));
      const worst = rises.indexOf(Math.max(...rises));
      const inside = losses.slice(1, -1);
      const best = inside.indexOf(Math.min(...inside));
      const barrier =
        rises[worst]! > 1e-9 ? `${rises[worst]!.toFixed(3)} ${LAMBDAS[worst]!.toFixed(1)}` : "none";
      console.log(
        `${`${step(older)}–${step(newer)}`.padEnd(12)}${cells([start.toFixed(3), end.toFixed(3)], 9)}${barrier.padStart(15)}${(better - losses[5]!).toFixed(3).padStart(14)}${`${(better - inside[best]!).toFixed(3)} ${LAMBDAS[best + 1]!.toFixed(1)}`.padStart(24)}`,
      );
    }
  }
}

function reportOptima(lambdas: readonly number[]): void {
  console.log(`\nBest λ of the ${lambdas.length} searches above`);
  for (const lambda of LAMBDAS) {
    const count = lambdas.filter((found) => found === lambda).length;
    console.log(`${lambda.toFixed(1)}  ${"█".repeat(count)}${count === 0 ? "" : ` ${count}`}`);
  }
}

await reportTrajectory();
const optima = await reportNeighbours();
await reportBarriers();
reportOptima(optima);

/**
 * The command line as a function: arguments in, exit code out. Everything outer (streams, engine, signal, clock) is
 * handed in, so that it runs in a test as it runs in a shell.
 */
import { Command, CommanderError } from "commander";
import { AppError, isCancelled, toErrorRecord } from "../base/errors.ts";
import type { Clock } from "../base/job.ts";
import type { Engine } from "../rpc/protocol.ts";
import type { CommandContext, CommonOptions, DefineCommand, Outcome, Run } from "./command.ts";
import { defineAsk } from "./commands/ask.ts";
import { defineEvaluate } from "./commands/evaluate.ts";
import { defineInspect } from "./commands/inspect.ts";
import { defineMatrix } from "./commands/matrix.ts";
import { defineMerge } from "./commands/merge.ts";
import { defineOptimize } from "./commands/optimize.ts";
import { definePerplexity } from "./commands/perplexity.ts";
import { defineStudy } from "./commands/study.ts";
import { defineSuggest } from "./commands/suggest.ts";
import { defineSweep } from "./commands/sweep.ts";
import { defineTasks } from "./commands/tasks.ts";
import { defineTell } from "./commands/tell.ts";
import { createProgressLine } from "./progressLine.ts";
import type { Terminal } from "./terminal.ts";

/** Exit codes: done, the work failed, bad usage, ended by Ctrl-C (128 + SIGINT). */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** What the shell, or a test, hands in. */
export type Surroundings = {
  readonly terminal: Terminal;
  /** Makes the engine; the files are those of a checkpoint given as a single weights file. */
  readonly createEngine: (files: Pick<CommonOptions, "config" | "tokenizer">) => Promise<Engine>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly version: string;
};

/** Every command; help lists them in this order. */
const COMMANDS: readonly DefineCommand[] = [
  defineInspect,
  defineEvaluate,
  defineMerge,
  defineSweep,
  defineOptimize,
  defineMatrix,
  definePerplexity,
  defineStudy,
  defineSuggest,
  defineAsk,
  defineTell,
  defineTasks,
];

/** Runs one command line, `argv` without the program's own name. Never rejects. */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  let exitCode: number = EXIT.done;
  const run: Run = async (options, work) => {
    exitCode = await carryOut(options, work, surroundings);
  };
  const program = buildProgram(terminal, surroundings.version, run);
  if (argv.length === 0) {
    program.outputHelp();
    return EXIT.done;
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
    throw thrown;
  }
}

function buildProgram(terminal: Terminal, version: string, run: Run): Command {
  const program = new Command("mergescope")
    .description(
      "Explore checkpoint-merge landscapes: merge, evaluate and Bayes-optimise checkpoints of one training run.\n" +
        "Checkpoints are named oldest first; λ is the weight of the last one.",
    )
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.error(text) })
    .showSuggestionAfterError();
  for (const define of COMMANDS) define(program, run);
  return program;
}

async function carryOut(
  options: CommonOptions,
  work: (context: CommandContext) => Promise<Outcome>,
  surroundings: Surroundings,
): Promise<number> {
  const { terminal, signal } = surroundings;
  const progress = createProgressLine(terminal, surroundings.clock);
  try {
    const engine = await surroundings.createEngine(options);
    const outcome = await work({
      engine,
      signal,
      columns: terminal.columns,
      job: (onEvent) => ({
        signal,
        emit: (event) => {
          if (event.kind === "progress") progress.show(event.progress);
          else onEvent?.(event);
        },
      }),
    });
    progress.clear();
    terminal.out(options.json === true ? `${encodeDocument(outcome.json)}\n` : printable(outcome.text));
    if (outcome.stopped) terminal.error("Stopped; this is what was measured until then.\n");
    return outcome.stopped ? EXIT.interrupted : EXIT.done;
  } catch (thrown) {
    progress.clear();
    return reportError(thrown, options.verbose === true, terminal);
  }
}

/** JSON has no infinities, and `null` would hide one: an overflowed perplexity is the string "Infinity". */
function encodeDocument(json: object): string {
  const named = (_key: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  return JSON.stringify(json, named, 2);
}

/** Names come from strangers' files: what would move the cursor or colour the screen is made visible instead. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, "\ufffd");
}

/** The error in words, and the exit code that fits it. */
function reportError(thrown: unknown, verbose: boolean, terminal: Terminal): number {
  if (isCancelled(thrown)) {
    terminal.error("Stopped before anything was measured.\n");
    return EXIT.interrupted;
  }
  const record = toErrorRecord(thrown);
  const defect = record.tag === "internal" ? " This is a defect of MergeScope; --verbose shows where." : "";
  terminal.error(`error: ${printable(record.message)}${defect}\n`);
  if (record.advice !== null) terminal.error(`${printable(record.advice)}\n`);
  if (verbose) terminal.error(`${stackOf(thrown)}\n`);
  return thrown instanceof AppError && thrown.tag === "usage" ? EXIT.usage : EXIT.failed;
}

/** The stack with those of its causes. */
function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause === undefined ? "" : `\ncaused by: ${stackOf(thrown.cause)}`;
  return `${thrown.stack ?? thrown.message}${cause}`;
}

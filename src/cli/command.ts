/**
 * The contract between a command and the roof: a command turns its arguments into engine calls and gives back its
 * result twice, as a JSON document and as text. It writes nothing to the terminal itself and ends no process.
 */
import type { Command } from "commander";
import type { Engine, EngineEvent, Job as EngineJob } from "../rpc/protocol.ts";

/** What a command has while it works. */
export type CommandContext = {
  readonly engine: Engine;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Watches one engine call: progress goes to the terminal, every other event to `onEvent`. */
  job(onEvent?: (event: EngineEvent) => void): EngineJob;
  /** Characters a line of the text may have. */
  readonly columns: number;
};

/** A command's result; `stopped` when Ctrl-C cut it short and it holds what was measured by then. */
export type Outcome = { readonly json: object; readonly text: string; readonly stopped: boolean };

/** Options that every command has. */
export type CommonOptions = {
  readonly json?: boolean;
  readonly verbose?: boolean;
  /** Files of a checkpoint given as one weights file. */
  readonly config?: string;
  readonly tokenizer?: string;
};

/** Carries out a command's work and prints its outcome; never rejects. */
export type Run = (
  options: CommonOptions,
  work: (context: CommandContext) => Promise<Outcome>,
) => Promise<void>;

/** Adds one command with its arguments and options to the program. */
export type DefineCommand = (program: Command, run: Run) => void;

/** `mergescope ask STUDY.jsonl`: the next weights of a search whose merges are measured elsewhere. */
import type { Command } from "commander";
import type { JournalHead } from "../../domain/journal.ts";
import type { Ask } from "../../domain/surrogate.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addStudyOptions, askNext, beginOrResume, type StudyOptions } from "../externalStudy.ts";
import { openJournal } from "../journal.ts";
import { addCommonOptions } from "../options.ts";
import { formatLambda } from "../text/numbers.ts";

type AskOptions = CommonOptions & StudyOptions;

/** Adds the command. */
export function defineAsk(program: Command, run: Run): void {
  addCommonOptions(
    addStudyOptions(
      program
        .command("ask")
        .description(
          "name the next weights of a search whose merges are measured elsewhere; tell gives their scores",
        )
        .argument("<journal>", "the search's journal; begun where there is none"),
    ),
  ).action((path: string, options: AskOptions) => run(options, (context) => ask(path, options, context)));
}

async function ask(path: string, options: AskOptions, context: CommandContext): Promise<Outcome> {
  const journal = await openJournal(path, context.job().signal);
  try {
    const { head, contents } = await beginOrResume(path, journal, options);
    const again = contents.pending;
    const next = again ?? (await askNext(contents, head.settings, null, context));
    if (again === null) await journal.ask(next, head.settings.seed);
    return {
      json: askDocument(next, head, again !== null, contents.trials.length),
      text: askText(next, head),
      stopped: false,
    };
  } finally {
    await journal.close();
  }
}

function askDocument(ask: Ask, { subject }: JournalHead, wasPending: boolean, told: number): object {
  const { number, kind, weights, lambda, acquisition, posterior } = ask;
  return {
    number,
    kind,
    weights,
    lambda,
    acquisition,
    posterior,
    checkpoints: subject.parents,
    wasPending,
    told,
  };
}

function askText({ number, weights, lambda, acquisition, kind }: Ask, { subject }: JournalHead): string {
  const who = acquisition ?? (kind === "person" ? "picked by hand" : "initial design");
  const where = lambda === null ? "" : `λ = ${formatLambda(lambda)}: `;
  const mix = subject.parents.map((name, i) => `${weights[i]} ${name}`).join(" + ");
  return `trial ${number + 1} (${who}): ${where}${mix}\n`;
}

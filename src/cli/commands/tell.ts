/** `mergescope tell STUDY.jsonl --value v`: the score of what `ask` named, or of weights of one's own. */
import type { Command } from "commander";
import { AppError } from "../../base/errors.ts";
import type { JournalContents } from "../../domain/journal.ts";
import type { Trial } from "../../domain/study.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addStudyOptions, askNext, beginOrResume, type StudyOptions } from "../externalStudy.ts";
import { openJournal } from "../journal.ts";
import { addCommonOptions, integerIn, numberIn, numberList } from "../options.ts";
import { formatLambda } from "../text/numbers.ts";

type TellOptions = CommonOptions &
  StudyOptions & {
    readonly value: number;
    readonly stderr?: number;
    readonly n?: number;
    readonly lambda?: number;
    readonly weights?: readonly number[];
  };

const FINITE = numberIn(-Number.MAX_VALUE, Number.MAX_VALUE);

/** Adds the command. */
export function defineTell(program: Command, run: Run): void {
  addCommonOptions(
    addStudyOptions(
      program
        .command("tell")
        .description("give the score of the weights that ask named, or of weights of your own")
        .argument("<journal>", "the search's journal; begun where there is none")
        .requiredOption("--value <v>", "the score; larger is better, so give a loss negated", FINITE)
        .option("--stderr <s>", "its standard error", numberIn(0, Number.MAX_VALUE))
        .option("--n <items>", "how many items it was measured on", integerIn(1, Number.MAX_SAFE_INTEGER))
        .option("--lambda <x>", "a λ of your own, for two checkpoints", numberIn(0, 1))
        .option("--weights <list>", "weights of your own, oldest first, that sum to 1", numberList),
    ),
  ).action((path: string, options: TellOptions) => run(options, (context) => tell(path, options, context)));
}

async function tell(path: string, options: TellOptions, context: CommandContext): Promise<Outcome> {
  const journal = await openJournal(path, context.job().signal);
  try {
    const { contents } = await beginOrResume(path, journal, options);
    const own = ownWeights(options, contents);
    const score = { value: options.value, stderr: options.stderr ?? null, n: options.n ?? 1 };
    const parent = own === null ? -1 : own.indexOf(1);
    if (own !== null && parent >= 0 && contents.trials.length === 0 && contents.pending === null) {
      // A parent's own score, known before the search: it is no trial.
      await journal.given({ weights: own, value: score.value, stderr: score.stderr });
      return outcome(own, score.value, contents.trials.length, "given");
    }
    const { pending, head } = contents;
    const asked = own === null ? pending : await askNext(contents, head.settings, own, context);
    if (asked === null)
      throw new AppError("usage", `Nothing is asked in ${path}.`, {
        advice: "Ask first, or name the weights that were measured: --lambda or --weights.",
      });
    if (own !== null) await journal.ask(asked, head.settings.seed);
    const trial: Trial = {
      ...score,
      number: asked.number,
      weights: asked.weights,
      lambda: asked.lambda,
      ask: asked,
      flips: null,
      elapsedMs: 0,
    };
    await journal.trial(trial);
    return outcome(asked.weights, score.value, contents.trials.length + 1, "trial");
  } finally {
    await journal.close();
  }
}

/** The weights that options name; `null` where they name none. */
function ownWeights({ lambda, weights }: TellOptions, { head }: JournalContents): readonly number[] | null {
  const parents = head.subject.parents.length;
  if (lambda === undefined) return weights ?? null;
  if (weights !== undefined || parents !== 2)
    throw new AppError("usage", `--lambda names one weight of two checkpoints; this search has ${parents}.`, {
      advice: "Give --weights, one a checkpoint, oldest first.",
    });
  return [1 - lambda, lambda];
}

function outcome(
  weights: readonly number[],
  value: number,
  trials: number,
  kind: "given" | "trial",
): Outcome {
  const where = weights.map(formatLambda).join(", ");
  return {
    json: { kind, weights, value, trials },
    text: `${kind === "given" ? "known before the search" : `trial ${trials}`}: weights ${where}, score ${value}\n`,
    stopped: false,
  };
}

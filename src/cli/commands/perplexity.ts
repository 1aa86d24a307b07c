/** `mergescope perplexity CKPT… --task T`: φ of the task's inputs, without labels (P2 eq. 3, Table 8). */
import { type Command, Option } from "commander";
import type { Perplexity, PerplexityInputs } from "../../domain/perplexity.ts";
import type { Split } from "../../domain/task.ts";
import { resolveCheckpoints } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions, addTaskOptions, type TaskOptions } from "../options.ts";
import { resolveTask } from "../subject.ts";
import { formatCount, formatValue } from "../text/numbers.ts";
import { formatTable } from "../text/table.ts";

type PerplexityOptions = CommonOptions &
  TaskOptions & { readonly inputs: PerplexityInputs; readonly split?: Split };

/** Adds the command. */
export function definePerplexity(program: Command, run: Run): void {
  addCommonOptions(
    addTaskOptions(
      program
        .command("perplexity")
        .description("perplexity of a task's inputs under checkpoints, without labels")
        .argument("<checkpoints...>", "folders, weights files, demo:STEP or hf:OWNER/REPO@REVISION"),
    )
      .addOption(
        new Option(
          "--inputs <paradigm>",
          "what is scored: the bare input, the prompt, or the worked examples too",
        )
          .choices(["raw", "zero-shot", "few-shot"])
          .default("raw"),
      )
      .addOption(
        new Option("--split <rows>", "which rows").choices(["search", "test", "all"]).default("search"),
      ),
  ).action((names: readonly string[], options: PerplexityOptions) =>
    run(options, (context) => measure(names, options, context)),
  );
}

async function measure(
  names: readonly string[],
  options: PerplexityOptions,
  context: CommandContext,
): Promise<Outcome> {
  const checkpoints = await resolveCheckpoints(names, context);
  const { info } = await resolveTask(options, context);
  const { inputs, split = "search", limit = null } = options;
  const request = { checkpoints, task: info.name, split, limit, inputs };
  const measured = await context.engine.call("perplexity", request, context.job());
  return {
    json: { task: options.task, split, inputs, checkpoints: measured },
    text: `${options.task}, ${inputs} inputs (${split})\n\n${perplexityTable(measured)}\n`,
    stopped: false,
  };
}

function perplexityTable(measured: readonly Perplexity[]): string {
  const value = ({ value: phi, stderr }: Perplexity["pooled"]) =>
    formatValue({ percent: false }, phi, stderr);
  return formatTable(
    [
      { title: "checkpoint", align: "left" },
      { title: "pooled φ", align: "right" },
      { title: "mean of sequences φ", align: "right" },
      { title: "sequences", align: "right" },
    ],
    measured.map((one) => [one.checkpoint, value(one.pooled), value(one.perSequence), formatCount(one.n)]),
  );
}

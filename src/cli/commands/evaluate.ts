/** `mergescope evaluate CKPT --task T`: a checkpoint's metrics in lm-evaluation-harness's shape. */
import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { AppError } from "../../base/errors.ts";
import type { Evaluation } from "../../domain/evaluation.ts";
import { soleRecipe } from "../../domain/recipe.ts";
import type { EngineMethods } from "../../rpc/protocol.ts";
import { resolveCheckpoints } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { evaluationDocument, evaluationText } from "../evaluationReport.ts";
import { addCommonOptions, addTaskOptions, type TaskOptions } from "../options.ts";
import { resolveTask } from "../subject.ts";

type EvaluateOptions = CommonOptions & TaskOptions & { readonly logSamples?: string };

/** Adds the command. */
export function defineEvaluate(program: Command, run: Run): void {
  addCommonOptions(
    addTaskOptions(
      program
        .command("evaluate")
        .description("measure one checkpoint on one task")
        .argument("<checkpoint>", "a folder, a weights file, demo:STEP or hf:OWNER/REPO@REVISION"),
    )
      .addOption(
        new Option(
          "--split <rows>",
          "which rows (default: all of a benchmark, the search half of a shipped task)",
        ).choices(["search", "test", "all"]),
      )
      .option("--log-samples <file>", "write one JSON object an item, a line each, as the harness does"),
  ).action((name: string, options: EvaluateOptions) =>
    run(options, (context) => evaluate(name, options, context)),
  );
}

async function evaluate(name: string, options: EvaluateOptions, context: CommandContext): Promise<Outcome> {
  const [checkpoint, ...more] = await resolveCheckpoints([name], context);
  if (checkpoint === undefined || more.length > 0) {
    throw new AppError("usage", "One checkpoint is evaluated at a time.", {
      advice: "Name one, such as demo:STEP; `mergescope inspect demo` lists the steps.",
    });
  }
  const { info, isBenchmark } = await resolveTask(options, context);
  const request: EngineMethods["evaluate"]["request"] = {
    recipe: soleRecipe(checkpoint),
    task: info.name,
    split: options.split ?? (isBenchmark ? "all" : "search"),
    limit: options.limit ?? null,
  };
  const evaluation: Evaluation = await context.engine.call("evaluate", request, context.job());
  if (options.logSamples !== undefined) await logSamples(options.logSamples, request, context);
  const subject = { checkpoint, task: options.task, info, limit: request.limit };
  return {
    json: evaluationDocument(subject, evaluation),
    text: evaluationText(subject, evaluation),
    stopped: false,
  };
}

/** The items are known by now, so nothing is evaluated again. */
async function logSamples(
  file: string,
  request: EngineMethods["samples"]["request"],
  context: CommandContext,
): Promise<void> {
  const { blob } = await context.engine.call("samples", request, context.job());
  try {
    await writeFile(file, new Uint8Array(await blob.arrayBuffer()));
  } catch (cause) {
    throw new AppError("write-failed", `The samples could not be written to ${file}.`, {
      advice: "Give a path in a folder that exists and may be written to.",
      cause,
    });
  }
}

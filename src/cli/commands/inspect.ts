/** `mergescope inspect CKPT…`: what checkpoints hold, without loading their weights. */
import type { Command } from "commander";
import type { CheckpointReport } from "../../domain/checkpoint.ts";
import { resolveCheckpoints } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions } from "../options.ts";
import { formatBytes, formatCount } from "../text/numbers.ts";
import { formatTable } from "../text/table.ts";

/** Adds the command. */
export function defineInspect(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command("inspect")
      .description("say what checkpoints hold, and which are identical")
      .argument("<checkpoints...>", "folders, weights files, demo:STEP or demo"),
  ).action((names: readonly string[], options: CommonOptions) =>
    run(options, (context) => inspect(names, context)),
  );
}

async function inspect(names: readonly string[], context: CommandContext): Promise<Outcome> {
  const checkpoints = await resolveCheckpoints(names, context);
  const result = await context.engine.call("inspect", { checkpoints }, context.job());
  const table = formatTable(
    [
      { title: "checkpoint", align: "left" },
      { title: "architecture", align: "left" },
      { title: "parameters", align: "right" },
      { title: "dtype", align: "left" },
      { title: "tensors", align: "right" },
      { title: "files", align: "right" },
    ],
    result.checkpoints.map((report) => [
      report.name,
      report.architecture,
      formatCount(report.parameters),
      report.dtype,
      String(report.tensors),
      formatBytes(report.files.reduce((sum, file) => sum + file.bytes, 0)),
    ]),
  );
  const same = result.identical.map(
    ([i, j]) => `${checkpoints[i]} and ${checkpoints[j]} are identical, byte for byte.`,
  );
  const lines = [table, ...result.checkpoints.flatMap(describeReport), ...same];
  return { json: result, text: `${lines.join("\n")}\n`, stopped: false };
}

function describeReport(report: CheckpointReport): readonly string[] {
  const skipped =
    report.skipped.length === 0
      ? []
      : [`${report.name}: ${report.skipped.length} buffers are not weights and are never merged.`];
  return [...skipped, ...report.warnings.map((warning) => `${report.name}: warning: ${warning}`)];
}

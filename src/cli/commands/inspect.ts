/** `mergescope inspect CKPT…`: what checkpoints hold and whether they fit, together and into this machine. */
import type { Command } from "commander";
import type { CheckpointReport, Inspection } from "../../domain/checkpoint.ts";
import { resolveCheckpoints } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions } from "../options.ts";
import { formatLayerStrip } from "../text/layerStrip.ts";
import { formatBytes, formatCount } from "../text/numbers.ts";
import { formatTable, wrapText } from "../text/table.ts";

/** Adds the command. */
export function defineInspect(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command("inspect")
      .description(
        "say what checkpoints hold, which are identical, how far they are apart and what they need",
      )
      .argument("<checkpoints...>", "folders, weights files, demo:STEP, demo or hf:OWNER/REPO@REVISION"),
  ).action((names: readonly string[], options: CommonOptions) =>
    run(options, (context) => inspect(names, context)),
  );
}

async function inspect(names: readonly string[], context: CommandContext): Promise<Outcome> {
  const checkpoints = await resolveCheckpoints(names, context);
  const result = await context.engine.call("inspect", { checkpoints }, context.job());
  return { json: result, text: `${describe(result, context.columns)}\n`, stopped: false };
}

function describe(result: Inspection, columns: number): string {
  const names = result.checkpoints.map(({ name }) => name);
  const notes = [
    ...result.checkpoints.flatMap(describeReport),
    ...result.identical.map(
      ([i, j]) => `${names[i]} and ${names[j]} are identical: the same weights under two names.`,
    ),
    ...(result.conflict === null
      ? []
      : [
          `warning: ${result.conflict.message}${result.conflict.advice === null ? "" : ` ${result.conflict.advice}`}`,
        ]),
    `memory (${result.memory.device}): ${result.memory.words}`,
  ];
  return [
    describeTable(result.checkpoints),
    ...notes.flatMap((note) => wrapText(note, columns)),
    ...result.distances.map((distance) => `\n${formatLayerStrip(distance, names, columns)}`),
  ].join("\n");
}

function describeTable(checkpoints: readonly CheckpointReport[]): string {
  return formatTable(
    [
      { title: "checkpoint", align: "left" },
      { title: "architecture", align: "left" },
      { title: "parameters", align: "right" },
      { title: "dtype", align: "left" },
      { title: "files", align: "right" },
      { title: "to fetch", align: "right" },
      { title: "skipped", align: "right" },
    ],
    checkpoints.map((report) => [
      report.name,
      report.architecture,
      formatCount(report.parameters),
      report.dtype,
      formatBytes(report.bytes),
      report.place === "hub" ? formatBytes(report.bytesToFetch) : "",
      report.skippedBytes === 0 ? "" : formatBytes(report.skippedBytes),
    ]),
  );
}

function describeReport(report: CheckpointReport): readonly string[] {
  const skipped =
    report.skipped.length === 0
      ? []
      : [`${report.name}: ${report.skipped.length} buffers are not weights and are never merged.`];
  return [...skipped, ...report.warnings.map((warning) => `${report.name}: warning: ${warning}`)];
}

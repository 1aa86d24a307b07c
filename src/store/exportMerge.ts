/** Writes a merge as a checkpoint: into a folder that the person picks, or as downloads. */
import { isCancelled, toErrorRecord } from "../base/errors.ts";
import type { ExportArithmetic, ExportDtype, ExportedFile, ExportTarget } from "../domain/export.ts";
import type { Recipe } from "../domain/recipe.ts";
import type { Context } from "./context.ts";
import type { ExportState } from "./state.ts";
import { IDLE, isBusy } from "./status.ts";
import { type Running, startRun } from "./work.ts";

/** How a merge is written, as the person chose it. */
export type ExportChoice = {
  readonly dtype: ExportDtype;
  readonly arithmetic: ExportArithmetic;
  readonly to: "directory" | "download";
};

/** Actions on exports. */
export type ExportActions = {
  /** Writes the merged checkpoint's files; one export at a time. */
  readonly exportMerge: (recipe: Recipe, choice: ExportChoice) => Promise<void>;
  readonly cancelExport: () => void;
};

/** As large as the hub's own tools make a weights file. */
const MAX_SHARD_BYTES = 5e9;

/** The exports' actions over a context. */
export function createExportActions(context: Context): ExportActions {
  let running: Running | null = null;
  const patch = (change: Partial<ExportState>): void => context.patch("export", change);
  const write = async (recipe: Recipe, choice: ExportChoice, target: ExportTarget): Promise<void> => {
    const { dtype, arithmetic } = choice;
    running = startRun(context, {
      method: "exportMerge",
      request: () => ({ recipe, dtype, arithmetic, maxShardBytes: MAX_SHARD_BYTES, target }),
      onStatus: (status) => patch({ status: status.kind === "paused" ? IDLE : status }),
      onResult: ({ where, files }) =>
        patch({ status: IDLE, written: handOver(context, target, where, files) }),
    });
    await running.done;
  };
  return {
    async exportMerge(recipe, choice) {
      if (isBusy(context.get().export.status)) return;
      patch({ status: { kind: "waiting" }, written: null });
      const name = folderName(recipe);
      try {
        const parent = choice.to === "directory" ? await context.effects.pickDirectory() : null;
        const target: ExportTarget =
          parent === null ? { kind: "download", name } : { kind: "directory", parent, name };
        await write(recipe, choice, target);
      } catch (thrown) {
        const error = toErrorRecord(thrown);
        patch({ status: isCancelled(thrown) ? IDLE : { kind: "failed", error } });
      }
    },
    cancelExport: () => running?.pause(),
  };
}

/** Downloads what is to be downloaded. @returns the sentence that says where the files are. */
function handOver(
  { effects }: Context,
  target: ExportTarget,
  where: string,
  files: readonly ExportedFile[],
): string {
  const counted = `${files.length} ${files.length === 1 ? "file" : "files"}`;
  if (target.kind !== "download") return `${counted} written to ${where}`;
  for (const { name, blob } of files) if (blob !== null) effects.download(`${target.name}.${name}`, blob);
  return `${counted} downloaded`;
}

/** A name for the merge's folder: "merge-demo-3600-demo-3800-0.870". */
function folderName({ parents, coefficients }: Recipe): string {
  const names = parents.map((name) => name.replace(/[^A-Za-z0-9]+/g, "-"));
  return `merge-${names.join("-").slice(0, 120)}-${(coefficients.at(-1) ?? 1).toFixed(3)}`;
}

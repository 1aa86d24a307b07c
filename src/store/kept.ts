/** What was fetched and is kept on this machine, and letting it go. */
import type { StoredFile } from "../domain/checkpoint.ts";
import type { EngineMethods } from "../rpc/protocol.ts";
import type { Context } from "./context.ts";
import { IDLE, isBusy } from "./status.ts";
import { startRun } from "./work.ts";

/** Actions on what is kept. */
export type KeptActions = {
  readonly readKept: () => Promise<void>;
  /** Lets files go; what is in use is refused, in words. */
  readonly removeKept: (keys: readonly string[]) => Promise<void>;
};

/** Files that the same checkpoints hold, as one row of the list. */
export type KeptRow = {
  /** The checkpoints: `EleutherAI/pythia-70m@step1000`. */
  readonly checkpoints: readonly string[];
  readonly keys: readonly string[];
  readonly bytes: number;
  readonly whole: boolean;
};

/** The kept actions over a context. */
export function createKeptActions(context: Context): KeptActions {
  const ask = async <M extends "stored" | "removeStored">(
    method: M,
    request: EngineMethods[M]["request"],
  ): Promise<void> => {
    if (isBusy(context.get().kept.status)) return;
    const run = startRun(context, {
      method,
      request: () => request,
      apart: true,
      onStatus: (status) => context.patch("kept", { status }),
      onResult: (stored) => context.patch("kept", { stored, status: IDLE }),
    });
    await run.done;
  };
  return {
    readKept: () => ask("stored", {}),
    removeKept: (keys) => ask("removeStored", { keys }),
  };
}

/**
 * Files by the checkpoints that name them: a checkpoint's weights in a row of its own, a tokenizer that ten revisions
 * share in a row of all ten, so that letting a row go breaks no other.
 */
export function keptRows(files: readonly StoredFile[]): readonly KeptRow[] {
  const rows = new Map<string, KeptRow>();
  for (const { key, bytes, names, whole } of files) {
    const checkpoints = [...new Set(names.map((name) => name.split(" ")[0] ?? name))];
    const id = checkpoints.toSorted().join(" ");
    const row = rows.get(id) ?? { checkpoints, keys: [], bytes: 0, whole: true };
    rows.set(id, {
      ...row,
      keys: [...row.keys, key],
      bytes: row.bytes + bytes,
      whole: row.whole && whole,
    });
  }
  return [...rows.values()].sort((a, b) => b.bytes - a.bytes);
}

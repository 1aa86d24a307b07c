/** The engine's platform in Node: the checkout's demo, the disk's checkpoints, the CPU through onnxruntime. */
import { totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { createEngine } from "../engine/engine.ts";
import type { Platform } from "../engine/platform.ts";
import type { Engine } from "../rpc/protocol.ts";
import { createNodeBackend } from "../runtime/ortNode.ts";
import { createNodeFileSet } from "../storage/nodeFile.ts";
import { openCheckpointPath } from "./checkpointFiles.ts";
import type { CommonOptions } from "./command.ts";

/** Weights may take this share of the machine's memory. */
const RESIDENT_SHARE = 0.5;

/** An engine on this machine; `named` are the files of a checkpoint given as a single weights file. */
export function createNodeEngine(named: Pick<CommonOptions, "config" | "tokenizer">): Engine {
  return createEngine(nodePlatform(named));
}

function nodePlatform(named: Pick<CommonOptions, "config" | "tokenizer">): Platform {
  return {
    clock: () => performance.now(),
    demo: createNodeFileSet(fileURLToPath(new URL("../../public/demo", import.meta.url))),
    openCheckpoint: (name) => openCheckpointPath(name, named),
    startBackend: (_choice, threads) => createNodeBackend(threads),
    residentBytes: totalmem() * RESIDENT_SHARE,
  };
}

/** The engine's platform in Node: the checkout's demo, the disk's checkpoints, the hub's cache, the CPU. */
import { totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { AppError } from "../base/errors.ts";
import { wait } from "../base/job.ts";
import { createEngine } from "../engine/engine.ts";
import type { Platform } from "../engine/platform.ts";
import type { Engine } from "../rpc/protocol.ts";
import { createNodeBackend } from "../runtime/ortNode.ts";
import { createNodeFileSet } from "../storage/node/nodeFile.ts";
import { listNodeFiles } from "../storage/node/nodeFiles.ts";
import { createNodeFolder } from "../storage/node/nodeFolder.ts";
import { createNodeHubCache } from "../storage/node/nodeHubCache.ts";
import { hubSettingsFromEnvironment } from "../storage/node/nodeHubSettings.ts";
import { createNodeResults, resultsFolder } from "../storage/node/nodeResults.ts";
import { nodeHashSource } from "../storage/node/nodeSha256.ts";
import { openCheckpointPath } from "./checkpointFiles.ts";
import type { CommonOptions } from "./command.ts";

/** Weights may take this share of the machine's memory. */
const RESIDENT_SHARE = 0.5;

/** An engine on this machine; `named` are the files of a checkpoint given as a single weights file. */
export function createNodeEngine(named: Pick<CommonOptions, "config" | "tokenizer">): Engine {
  return createEngine(nodePlatform(named));
}

function nodePlatform(named: Pick<CommonOptions, "config" | "tokenizer">): Platform {
  const { cacheFolder, ...hub } = hubSettingsFromEnvironment(process.env);
  return {
    clock: () => performance.now(),
    wait,
    demo: createNodeFileSet(fileURLToPath(new URL("../../public/demo", import.meta.url))),
    openCheckpoint: (name) => openCheckpointPath(name, named),
    fetch: (url, init) => fetch(url, init),
    hub,
    hash: nodeHashSource,
    openKept: async () => createNodeHubCache(cacheFolder),
    listFiles: listNodeFiles,
    // A search names its own journal here.
    openJournals: async () => null,
    openResults: async () => createNodeResults(resultsFolder(process.env)),
    async openFolder(target) {
      if (target.kind === "path") return createNodeFolder(target.path);
      throw new AppError("usage", "Only a browser exports into a picked folder or as a download.");
    },
    startBackend: (_choice, threads) => createNodeBackend(threads),
    residentBytes: () => totalmem() * RESIDENT_SHARE,
  };
}

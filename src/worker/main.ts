/**
 * The engine's thread in a browser: hands the engine this platform and answers the page. Owns nothing else; it has no
 * document and must not want one.
 */
import { AppError } from "../base/errors.ts";
import { wait } from "../base/job.ts";
import { createEngine } from "../engine/engine.ts";
import { serveEngine } from "../rpc/channel.ts";
import { createWebBackend } from "../runtime/ortWeb.ts";
import { clearDownloads, createDirectoryFolder, createDownloadFolder } from "../storage/directoryFolder.ts";
import { createHttpFileSet } from "../storage/http.ts";
import { createOpfsCache } from "../storage/opfs/opfs.ts";
import { createOpfsJournals } from "../storage/opfs/opfsJournals.ts";
import { createOpfsResults } from "../storage/opfs/opfsResults.ts";
import { hashSource } from "../storage/sha256.ts";

/** What a browser that does not tell its memory most likely has. */
const USUAL_MEMORY_BYTES = 8 * 2 ** 30;
/** Weights on the CPU may take this share of the memory: the page, its figures and other programs want theirs. */
const RESIDENT_SHARE = 0.5;
/** A GPU does not tell its memory: two parents of 410 million parameters in fp16 and their merge in fp32. */
const GPU_BYTES = 4 * 2 ** 30;

/** The built worker lies in `assets/`, beside `demo/`; the development server serves it from its source folder. */
const demoUrl = new URL(import.meta.env.DEV ? "/demo/" : "../demo/", globalThis.location.href).href;

/** Chromium tells the memory in steps of GiB, and never more than a cap. */
const { deviceMemory } = navigator as WorkerNavigator & { readonly deviceMemory?: number };
const memoryBytes = deviceMemory === undefined ? USUAL_MEMORY_BYTES : deviceMemory * 2 ** 30;

const engine = createEngine({
  clock: () => performance.now(),
  wait,
  demo: createHttpFileSet("the demo", demoUrl, (url, init) => fetch(url, init)),
  openCheckpoint: async () => null,
  fetch: (url, init) => fetch(url, init),
  hub: { endpoint: "https://huggingface.co", token: null, offline: false },
  hash: hashSource,
  openKept: () => createOpfsCache(navigator),
  async listFiles() {
    throw new AppError("usage", "A browser has no paths: choose the files, or drop them on the page.");
  },
  openResults: () => createOpfsResults(navigator.storage),
  openJournals: () => createOpfsJournals(navigator),
  async openFolder(target) {
    switch (target.kind) {
      case "directory":
        return createDirectoryFolder(target.parent, target.name);
      case "download":
        return createDownloadFolder(navigator, target.name);
      case "path":
        throw new AppError("usage", "A browser has no paths: choose a folder, or download the files.");
      default:
        return target satisfies never;
    }
  },
  startBackend: (choice, threads) =>
    createWebBackend(choice, threads, {
      gpu: navigator.gpu,
      hardwareConcurrency: navigator.hardwareConcurrency,
      crossOriginIsolated: globalThis.crossOriginIsolated,
    }),
  residentBytes: (kind) => (kind === "webgpu" ? GPU_BYTES : memoryBytes * RESIDENT_SHARE),
});

void clearDownloads(navigator);
serveEngine(engine, globalThis);

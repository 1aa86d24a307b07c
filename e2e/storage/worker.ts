/** Fetches files of a hub into the browser's storage in a worker, as the app does; lays out what a crash may leave there. */
import { sha256Hex } from "../../src/base/bytes.ts";
import { type ErrorRecord, toErrorRecord } from "../../src/base/errors.ts";
import { createHub } from "../../src/storage/hub/hub.ts";
import type { HubFiles, KeptFiles } from "../../src/storage/hub/hubFiles.ts";
import { createOpfsCache } from "../../src/storage/opfs/opfs.ts";
import { hashSource } from "../../src/storage/sha256.ts";

/** A file by its hub and revision. */
type Where = { readonly endpoint: string; readonly revision: string; readonly path: string };

/** What the page asks for. */
export type Request =
  /** Fetches the file; answers its bytes' hash. */
  | ({ readonly kind: "fetch" } & Where)
  /** Answers the bytes that a fetch would have to bring. */
  | ({ readonly kind: "missing" } & Where)
  | { readonly kind: "hold" | "remove"; readonly keys: readonly string[] }
  | { readonly kind: "stored" }
  /** Replaces all kept files by these: text, or so many zeros. */
  | { readonly kind: "lay"; readonly files: Readonly<Record<string, string | number>> };

/** What the worker sends back. */
export type Answer = { readonly result: unknown } | { readonly error: ErrorRecord };

export const REPOSITORY = "org/tiny";

const { signal } = new AbortController();
const opened = createOpfsCache(navigator);

self.onmessage = async ({ data, ports: [port] }: MessageEvent<Request>) => {
  try {
    const cache = await opened;
    if (cache === null) throw new Error("This browser keeps no files.");
    port?.postMessage({ result: await answer(cache, data) } satisfies Answer);
  } catch (thrown) {
    port?.postMessage({ error: toErrorRecord(thrown) } satisfies Answer);
  }
};

async function answer(cache: KeptFiles, request: Request): Promise<unknown> {
  switch (request.kind) {
    case "fetch": {
      const files = await open(cache, request);
      await files.fetch(request.path, [], { signal, onBytes: () => undefined });
      const source = await files.open(request.path);
      return source === null ? null : sha256Hex(await source.read(0, source.byteLength));
    }
    case "missing":
      return (await open(cache, request)).missingBytes(request.path, []);
    case "hold":
      await cache.hold(request.keys);
      return null;
    case "remove":
      return cache.remove(request.keys);
    case "stored":
      return cache.stored();
    case "lay":
      return lay(request.files);
    default:
      return request satisfies never;
  }
}

function open(cache: KeptFiles, { endpoint, revision }: Where): Promise<HubFiles> {
  const hub = createHub({
    endpoint,
    token: null,
    offline: false,
    cache,
    fetch: (url, init) => fetch(url, init),
    wait: async () => undefined,
    hash: hashSource,
  });
  return hub.open(REPOSITORY, revision, signal);
}

async function lay(files: Readonly<Record<string, string | number>>): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const folder = await (await root.getDirectoryHandle("hub")).getDirectoryHandle("files");
  for await (const name of folder.keys()) await folder.removeEntry(name);
  for (const [name, content] of Object.entries(files)) {
    const file = await folder.getFileHandle(name, { create: true });
    const handle = await file.createSyncAccessHandle();
    handle.write(typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content));
    handle.close();
  }
}

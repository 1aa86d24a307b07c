/** A page of the tests' own, built into a folder of its own and served as a static host would. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A served page: where it is, and how it goes away. */
export type BuiltPage = { readonly address: string; close(): Promise<void> };

/** @param page its HTML file, from the top of the repository. */
export async function servePage(page: string): Promise<BuiltPage> {
  const folder = await mkdtemp(join(tmpdir(), "mergescope-page-"));
  const outDir = join(folder, "built");
  const input = join(root, page);
  const shared = { root, logLevel: "warn" } as const;
  await build({
    ...shared,
    publicDir: false,
    build: { outDir, emptyOutDir: true, rolldownOptions: { input } },
  });
  const server = await preview({ ...shared, build: { outDir }, preview: { port: 0, host: "127.0.0.1" } });
  return {
    address: new URL(page, server.resolvedUrls!.local[0]!).href,
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Build and servers of the page: cross-origin isolation headers, so that wasm may use threads. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * A static host sends no headers of ours, so the build carries a service worker that adds them. It does nothing
 * where the page is isolated already.
 */
function isolationServiceWorker(): Plugin {
  const fileName = "coi-serviceworker.min.js";
  return {
    name: "isolation-service-worker",
    apply: "build",
    generateBundle() {
      const path = createRequire(import.meta.url).resolve(`coi-serviceworker/${fileName}`);
      this.emitFile({ type: "asset", fileName, source: readFileSync(path) });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { src: `./${fileName}` }, injectTo: "head-prepend" }],
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), isolationServiceWorker()],
  worker: { format: "es" },
  server: { headers: isolation },
  preview: { headers: isolation, port: 4173 },
  build: { target: "es2023", chunkSizeWarningLimit: 1500 },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  test: {
    include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "bench/**/*.test.ts"],
    environment: "node",
    // Command lines that tests start keep their results apart from the user's own.
    env: { MERGESCOPE_CACHE: join(tmpdir(), `mergescope-test-${process.pid}`) },
  },
});

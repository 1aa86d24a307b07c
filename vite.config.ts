/** Build and servers of the page: cross-origin isolation headers, so that wasm may use threads. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  base: "./",
  plugins: [react()],
  worker: { format: "es" },
  server: { headers: isolation },
  preview: { headers: isolation, port: 4173 },
  build: { target: "es2023", chunkSizeWarningLimit: 1500 },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  test: {
    include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "bench/**/*.test.ts"],
    environment: "node",
  },
});

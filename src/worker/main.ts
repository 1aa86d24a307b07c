/**
 * The engine's thread in a browser: hands the engine this platform and answers the page. Owns nothing else; it has no
 * document and must not want one.
 */
import { createEngine } from "../engine/engine.ts";
import { serveEngine } from "../rpc/channel.ts";
import { createWebBackend } from "../runtime/ortWeb.ts";
import { createHttpFileSet } from "../storage/http.ts";

/** Weights may take so much; larger models than the demo's share it with the page and its figures. */
const RESIDENT_BYTES = 1.5e9;

/** The built worker lies in `assets/`, beside `demo/`; the development server serves it from its source folder. */
const demoUrl = new URL(import.meta.env.DEV ? "/demo/" : "../demo/", globalThis.location.href).href;

const engine = createEngine({
  clock: () => performance.now(),
  demo: createHttpFileSet("the demo", demoUrl, (url, init) => fetch(url, init)),
  openCheckpoint: async () => null,
  startBackend: (choice, threads) =>
    createWebBackend(choice, threads, {
      gpu: navigator.gpu,
      hardwareConcurrency: navigator.hardwareConcurrency,
      crossOriginIsolated: globalThis.crossOriginIsolated,
    }),
  residentBytes: RESIDENT_BYTES,
});

serveEngine(engine, globalThis);

/** The browser's roof: makes the worker and the store, hands in the outer world, renders the page. */
import { createRoot } from "react-dom/client";
import { connectWorker } from "./rpc/client.ts";
import type { Engine } from "./rpc/protocol.ts";
import { App } from "./ui/App.tsx";
import { loadDrawing } from "./ui/components/Figure.tsx";
import { download, pickDirectory } from "./ui/folderAccess.ts";
import "./ui/styles/base.css";
import "./ui/styles/layout.css";
import "./ui/styles/controls.css";
import "./ui/styles/panels.css";
import "./ui/styles/opener.css";
import "./ui/styles/lab.css";
import "./ui/styles/simplex.css";
import "./ui/styles/studies.css";
import "./ui/styles/table.css";
import "./ui/styles/tasks.css";
import { createApp } from "./store/app.ts";
import type { Effects } from "./store/context.ts";

void loadDrawing();

type Source = Pick<Effects, "engine" | "fetchShipped">;

/** The engine in its own thread, and the results beside the page. */
function realSource(): Source {
  const worker = new Worker(new URL("./worker/main.ts", import.meta.url), { type: "module" });
  return {
    engine: connectWorker(worker),
    fetchShipped: () => fetch(new URL("./demo/results.json", document.baseURI)),
  };
}

/** `?fake=200` while developing: a made-up engine that takes so many milliseconds an evaluation. */
async function madeUpSource(delayMs: number): Promise<Source> {
  const { createFakeEngine } = await import("./store/fixtures/fakeEngine.ts");
  const { fakeShipped } = await import("./store/fixtures/fakeRun.ts");
  const engine: Engine = createFakeEngine({ delayMs });
  return {
    engine,
    fetchShipped: async () => Response.json(await fakeShipped(createFakeEngine({ delayMs: 0 }))),
  };
}

function effectsOver(source: Source): Effects {
  return {
    ...source,
    fetchExample: (file) => fetch(new URL(`./examples/${file}`, document.baseURI)),
    newId: () => crypto.randomUUID(),
    clock: () => performance.now(),
    schedule: (flush) => requestAnimationFrame(flush),
    preferences: {
      read: (key) => localStorage.getItem(key),
      write: (key, value) => localStorage.setItem(key, value),
    },
    address: {
      read: () => location.search,
      write: (query) => history.replaceState(null, "", query),
    },
    askToKeep: async () => (await navigator.storage?.persist?.()) ?? false,
    pickDirectory: () => pickDirectory("readwrite"),
    download,
  };
}

async function begin(): Promise<void> {
  const fake = import.meta.env.DEV ? new URLSearchParams(location.search).get("fake") : null;
  const app = createApp(effectsOver(fake === null ? realSource() : await madeUpSource(Number(fake))));
  createRoot(document.getElementById("root")!).render(<App app={app} />);
  await app.start();
}

void begin();

/** A page with nothing but a worker: `window.ask` hands it a request and waits for what it answers. */
import type { Answer, Request } from "./worker.ts";

declare global {
  interface Window {
    ask(request: Request): Promise<Answer>;
  }
}

window.ask = (request) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      worker.terminate();
      resolve(data);
    };
    worker.postMessage(request);
  });

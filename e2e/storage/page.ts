/** A page with nothing but a worker that lives as long as it: `window.askStorage` hands it requests. */
import type { Answer, Request } from "./worker.ts";

declare global {
  interface Window {
    askStorage(request: Request): Promise<Answer>;
  }
}

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

window.askStorage = (request) =>
  new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    worker.onerror = (event) => reject(new Error(event.message));
    port1.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
    worker.postMessage(request, [port2]);
  });

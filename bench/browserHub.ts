/** A pair of the hub through the engine of a page in Chromium, on wasm. */
import { inBrowser } from "./browser.ts";
import type { BrowserFigures } from "./checkpointsReport.ts";

/** Fetched, evaluated at two λ, exported. */
export function measureHubInBrowser(endpoint: string, names: readonly string[]): Promise<BrowserFigures> {
  return inBrowser((page) =>
    page.evaluate(([address, checkpoints]) => window.measureHub(address, checkpoints), [
      endpoint,
      names,
    ] as const),
  );
}

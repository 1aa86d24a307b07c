/** The second roof: gives the command line the process's streams, signals and files, and ends the process. */
import { readFileSync } from "node:fs";
import { EXIT, runCommandLine } from "./program.ts";
import { processTerminal } from "./terminal.ts";

const stop = new AbortController();
process.on("SIGINT", () => {
  // A second Ctrl-C does not wait for the batch in hand.
  if (stop.signal.aborted) process.exit(EXIT.interrupted);
  stop.abort();
});
process.on("SIGTERM", () => stop.abort());

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: processTerminal(process),
  // The engine brings the runtime along, which help and bad usage need not wait for.
  createEngine: async (files) => (await import("./nodePlatform.ts")).createNodeEngine(files),
  signal: stop.signal,
  clock: () => performance.now(),
  version,
});

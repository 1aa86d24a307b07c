/**
 * `npm run bench`: everything in one run, printed and written to bench/RESULTS.md. The comparison with PyTorch needs
 * MERGESCOPE_PYTHON, a Python with the packages of tools/requirements.txt.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createNodeEngine } from "../src/cli/nodePlatform.ts";
import { measureInBrowser } from "./browser.ts";
import { type Figures, formatResults } from "./report.ts";
import { writePart } from "./resultsFile.ts";
import { findPython } from "./torch.ts";
import { compareWithTorch } from "./versusTorch.ts";
import { measureWorkload } from "./workload.ts";

const THREADS = 2;
// Nothing of this machine's own results is looked up, and none is lost.
process.env.MERGESCOPE_CACHE = mkdtempSync(join(tmpdir(), "mergescope-bench-"));
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function describeMachine(): string {
  const [first] = cpus();
  const load = loadavg()[0]!.toFixed(1);
  const memory = Math.round(totalmem() / 1e9);
  return `${cpus().length} processors (${first?.model ?? "unknown"}), ${memory} GB, load ${load} at the start`;
}

function describeVersions(): string {
  const { dependencies } = JSON.parse(readFileSync(here("../package.json"), "utf8"));
  return `Node ${process.versions.node}, onnxruntime ${dependencies["onnxruntime-node"]}`;
}

/** In a process of its own, so that nothing else has warmed it up or fills its memory. */
function measureBayes(): Figures["bayes"] {
  const args = ["--import", "tsx", here("./bayes.ts"), "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: here("..") });
  if (status !== 0) throw new Error(`bench/bayes.ts failed: ${stderr}`);
  const { fitAndMaximiseMs, askMs } = JSON.parse(stdout);
  return { fitAndMaximiseMs: fitAndMaximiseMs.median, askMs: askMs.median };
}

async function measureVersus(found: ReturnType<typeof findPython>): Promise<Figures["versus"]> {
  if ("skipped" in found) return found;
  return compareWithTorch(createNodeEngine({}), found.python, here("../public/demo"), THREADS);
}

const machine = describeMachine();
const say = (what: string): void => console.error(`measuring ${what}`);
// Asked first: to learn at the end that Python is of no use would cost everything measured before.
const found = findPython();
if ("skipped" in found) console.error(found.skipped);

say("the search's step");
const bayes = measureBayes();
say("Node");
const node = await measureWorkload(createNodeEngine({}), "auto", THREADS);
say("wasm in Chromium");
const browser = await measureInBrowser(THREADS);
say("Node against PyTorch");
const versus = await measureVersus(found);

const results = formatResults({
  machine,
  versions: describeVersions(),
  threads: THREADS,
  ...{ node, browser, bayes, versus },
});
writePart(results);
console.log(results);

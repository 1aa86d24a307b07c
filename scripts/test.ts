/**
 * `npm test`: format and lint, types, unit tests (the import check among them), the build, and the walks through the
 * built page in Chromium. Goes on after a failure, so that one run tells everything; the last line is the count.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureChromium } from "./findChromium.ts";
import {
  addCounts,
  type Counts,
  countPlaywright,
  countVitest,
  describeCounts,
  type PlaywrightReport,
  type VitestReport,
} from "./testCounts.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const REPORTS = join(ROOT, "test-results");
const UNIT_REPORT = join(REPORTS, "unit.json");
const WALKS_REPORT = join(REPORTS, "walks.json");

const PASSED: Counts = { passed: 1, failed: 0, skipped: 0 };
const FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };

/** Runs one of the checkout's own programs with its output shown. @returns whether it succeeded. */
function runProgram(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): boolean {
  const startMs = performance.now();
  console.log(`\n── ${name} ${args.join(" ")}`);
  const { status } = spawnSync(join(ROOT, "node_modules", ".bin", name), args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
    shell: process.platform === "win32",
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`── ${name}: ${status === 0 ? "passed" : "FAILED"} in ${seconds} s`);
  return status === 0;
}

/** A check without tests of its own counts as one. */
function check(name: string, args: readonly string[]): Counts {
  return runProgram(name, args) ? PASSED : FAILED;
}

function unitTests(): Counts {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${UNIT_REPORT}`];
  const ok = runProgram("vitest", ["run", ...reporters]);
  const report = readReport<VitestReport>(UNIT_REPORT);
  return report === null ? FAILED : countVitest({ ...report, success: report.success && ok });
}

/** A port of this machine that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "localhost", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function walks(): Promise<Counts> {
  try {
    ensureChromium();
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    return FAILED;
  }
  const ok = runProgram("playwright", ["test", "--reporter=list,json"], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: WALKS_REPORT,
    MERGESCOPE_TEST_PORT: String(await freePort()),
  });
  const report = readReport<PlaywrightReport>(WALKS_REPORT);
  if (report === null) return FAILED;
  const counts = countPlaywright(report);
  return ok || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function readReport<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    console.error(`The report ${path} was not written.`);
    return null;
  }
}

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
const checks = [check("biome", ["check", "."]), check("tsc", ["--noEmit"]), unitTests()];
const build = check("vite", ["build"]);
const all = addCounts([...checks, build, build.failed > 0 ? FAILED : await walks()]);
console.log(`\n${describeCounts(all)}`);
process.exitCode = all.failed > 0 ? 1 : 0;

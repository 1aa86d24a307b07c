/**
 * Finds a Chromium for the walks: Playwright's own, else the system's; `ensureChromium` also installs the system's
 * where it may. Node only.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "@playwright/test";

/** A browser to launch; `executablePath` is null for Playwright's own. */
export type FoundChromium = { readonly executablePath: string | null };

const SYSTEM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const SYSTEM_PATHS = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** The browser that is there, or `null`. */
export function findChromium(): FoundChromium | null {
  if (existsSync(chromium.executablePath())) return { executablePath: null };
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [
    ...SYSTEM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...SYSTEM_PATHS,
  ];
  const executablePath = candidates.find(isExecutable);
  return executablePath === undefined ? null : { executablePath };
}

/** The browser that is there, installed first where need and rights be. @throws Error with what the person can do. */
export function ensureChromium(): FoundChromium {
  const found = findChromium();
  if (found !== null) return found;
  if (process.getuid?.() === 0 && isOnPath("apt-get")) {
    console.log("No Chromium is here: installing the system's.");
    run("apt-get", ["update"]);
    run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"]);
  }
  const installed = findChromium();
  if (installed !== null) return installed;
  throw new Error(
    "No Chromium was found. Install one: `npx playwright install chromium`, or your system's package chromium.",
  );
}

function run(command: string, args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], env });
}

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The other side of the comparison: transformers on the same items, in memory, in a process of its own. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../tools/bench_torch.py", import.meta.url));

/** What `tools/bench_torch.py score` prints. */
export type TorchTimes = {
  readonly seconds: number;
  readonly batch: number;
  readonly accuracy: number | null;
  readonly items: number;
  readonly tokens: number;
  readonly threads: number;
  readonly torch: string;
};

/** The Python named by MERGESCOPE_PYTHON, once it has shown that it can import what is needed; else why there is none. */
export function findPython(): { readonly python: string } | { readonly skipped: string } {
  const python = process.env.MERGESCOPE_PYTHON;
  if (python === undefined || python === "")
    return { skipped: "Not measured: MERGESCOPE_PYTHON does not name a Python with transformers." };
  const { status } = spawnSync(python, ["-c", "import torch, transformers"]);
  if (status === 0) return { python };
  return { skipped: `Not measured: ${python} cannot import torch and transformers.` };
}

/** Times a checkpoint's folder on a task file's first `limit` rows. @throws Error when Python fails. */
export function measureTorch(
  python: string,
  folder: string,
  rows: string,
  limit: number,
  threads: number,
): TorchTimes {
  const options = ["--threads", String(threads), "--limit", String(limit)];
  return JSON.parse(runPython(python, ["score", folder, rows, ...options]));
}

/** Writes random weights in the shape of Pythia-70M. @throws Error when Python fails. */
export function makePythiaShape(python: string, folder: string, tokenizerFolder: string): void {
  runPython(python, ["make", folder, "--tokenizer", tokenizerFolder]);
}

function runPython(python: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(python, [SCRIPT, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${python} ${args[0]} failed: ${error?.message ?? stderr.slice(-2000)}`);
  return stdout;
}

/** One writer at a time among processes of a machine: a file that names the process which holds it. Node only. */
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { cancelled } from "../base/errors.ts";
import { wait } from "../base/job.ts";

/** How often a lock that is held is looked at again. */
const POLL_MS = 200;
/** A lock without a name is left of a process that died, when it is older than this. */
const NAMELESS_MS = 10_000;

/**
 * Waits until the lock is free and takes it; one whose process is dead is free. Two that wait in one process take turns, too.
 * @returns the release. @throws AppError `cancelled`.
 */
export async function holdLock(path: string, signal: AbortSignal): Promise<() => Promise<void>> {
  const mine = `${process.pid} ${crypto.randomUUID()}`;
  for (;;) {
    if (signal.aborted) throw cancelled();
    try {
      const file = await open(path, "wx");
      await file.writeFile(mine);
      await file.close();
      return () => rm(path, { force: true });
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
    }
    const holder = await readFile(path, "utf8").catch(() => "");
    const isDead = holder === "" ? await isOld(path) : !isAlive(Number(holder.split(" ")[0]));
    if (isDead) await takeAway(path, holder);
    else await wait(POLL_MS, signal);
  }
}

/** Removes a dead process's lock, and not one that somebody else has put in its place meanwhile. */
async function takeAway(path: string, holder: string): Promise<void> {
  const grave = `${path}.${crypto.randomUUID()}`;
  const moved = await rename(path, grave).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(grave, "utf8")) !== holder) await link(grave, path).catch(() => undefined);
  await rm(grave, { force: true });
}

/** Whether a process died between making the file and naming itself. */
async function isOld(path: string): Promise<boolean> {
  const madeMs = await stat(path).then(
    (entry) => entry.mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
  return Date.now() - madeMs > NAMELESS_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

/**
 * One writer at a time among processes, of one machine or of several that share a folder: a file that names its holder,
 * who touches it as long as it lives. Node only.
 */
import { link, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { cancelled } from "../../base/errors.ts";
import { wait } from "../../base/job.ts";

/** Lets go of a lock. */
type Release = () => Promise<void>;

/** How often a lock that is held is looked at again. */
const POLL_MS = 200;
const TOUCH_MS = 1000;
/**
 * So many looks at a lock that nobody touched show that its holder is dead. Looks are counted, not time: a machine that
 * sleeps does not look.
 */
const UNTOUCHED_LOOKS = 75;

/**
 * Waits until the lock is free and takes it; one whose process is dead is free. Two that wait in one process take turns, too.
 * @throws AppError `cancelled`.
 */
export async function holdLock(path: string, signal: AbortSignal): Promise<Release> {
  let before = "";
  for (let looks = 0; ; looks++) {
    if (signal.aborted) throw cancelled();
    const release = await create(path);
    if (release !== null) return release;
    const { holder, touchedMs } = await look(path);
    if (`${holder} ${touchedMs}` !== before) looks = 0;
    before = `${holder} ${touchedMs}`;
    if (looks >= UNTOUCHED_LOOKS || isDead(holder)) await takeAway(path, holder);
    else await wait(POLL_MS, signal);
  }
}

async function create(path: string): Promise<Release | null> {
  const me = `${process.pid} ${crypto.randomUUID()} ${hostname()}`;
  try {
    const file = await open(path, "wx");
    await file.writeFile(me);
    await file.close();
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST") return null;
    throw thrown;
  }
  const timer = setInterval(() => void touch(path), TOUCH_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    // Others may have taken it away meanwhile.
    if ((await look(path)).holder === me) await rm(path, { force: true });
  };
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

/** Who has the lock, and when it was last touched. */
async function look(path: string): Promise<{ readonly holder: string; readonly touchedMs: number }> {
  const touchedMs = await stat(path).then(
    (entry) => entry.mtimeMs,
    () => 0,
  );
  return { holder: await readFile(path, "utf8").catch(() => ""), touchedMs };
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

/**
 * Whether the holder is a process of this machine that is no more. Of others only time can tell, and of one with our own
 * number, too: a process that is restarted in a container often gets the number of the one before.
 */
function isDead(holder: string): boolean {
  const [pid = "", , host] = holder.split(" ");
  return host === hostname() && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

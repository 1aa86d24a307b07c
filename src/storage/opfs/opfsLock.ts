/** Locks that all pages of this origin share; a page that is closed lets go of its own. Browser only. */
import { cancelled } from "../../base/errors.ts";

/** Lets go of a lock. */
export type Release = () => void;

/** Waits for its turn as the only one. @throws AppError `cancelled`. */
export async function lockAlone(locks: LockManager, name: string, signal: AbortSignal): Promise<Release> {
  try {
    return await acquire((held) => locks.request(name, { signal }, held));
  } catch (thrown) {
    if (signal.aborted) throw cancelled();
    throw thrown;
  }
}

/** With others who share it; waits only while one is alone. */
export function lockShared(locks: LockManager, name: string): Promise<Release> {
  return acquire((held) => locks.request(name, { mode: "shared" }, held));
}

/** As the only one and at once; `null` while anyone has it. */
export async function tryLockAlone(locks: LockManager, name: string): Promise<Release | null> {
  let isFree = true;
  const release = await acquire((held) =>
    locks.request(name, { ifAvailable: true }, (lock) => {
      isFree = lock !== null;
      return held();
    }),
  );
  if (isFree) return release;
  release();
  return null;
}

/** A lock is held while a promise is pending; here it is held until a function is called. */
function acquire(request: (held: () => Promise<void>) => Promise<unknown>): Promise<Release> {
  return new Promise((resolve, reject) => {
    request(() => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}

/**
 * The contract of a place that keeps small results by key, and the one in memory. A store forgets its oldest entries
 * when it is full: what it holds can always be computed again. Runs everywhere.
 */

/** Small compressed results by key. Keys are SHA-256 in hexadecimal. */
export interface ResultStore {
  /** In words: where the entries lie. */
  readonly place: string;
  /** `null` for an entry that is not there. @throws AppError `read-failed`. */
  read(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Replaces an entry whole, or leaves the old one. @throws AppError `write-failed`. */
  write(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  stored(): Promise<{ readonly entries: number; readonly usedBytes: number }>;
  clear(): Promise<void>;
}

/** Bytes that a store holds at most. */
export const RESULTS_LIMIT_BYTES = 256 * 2 ** 20;

/** A key as a file's name. */
export const RESULT_KEY = /^[0-9a-f]{64}$/;

/** One kept entry, as listings see it. */
export type ResultEntry = { readonly key: string; readonly bytes: number; readonly usedMs: number };

/** Which entries make way so that the rest stays below the limit: those that were written longest ago. */
export function entriesToDrop(entries: readonly ResultEntry[], limitBytes: number): readonly string[] {
  let used = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const dropped: string[] = [];
  for (const { key, bytes } of [...entries].sort((a, b) => a.usedMs - b.usedMs)) {
    if (used <= limitBytes) break;
    used -= bytes;
    dropped.push(key);
  }
  return dropped;
}

/** Entries that end with the process or page. */
export function createMemoryResults(limitBytes: number = RESULTS_LIMIT_BYTES): ResultStore {
  const entries = new Map<string, Uint8Array<ArrayBuffer>>();
  let usedBytes = 0;
  const drop = (key: string): void => {
    usedBytes -= entries.get(key)?.byteLength ?? 0;
    entries.delete(key);
  };
  return {
    place: "this program's memory; gone when it ends",
    read: async (key) => entries.get(key) ?? null,
    async write(key, bytes) {
      drop(key);
      entries.set(key, bytes);
      usedBytes += bytes.byteLength;
      for (const oldest of entries.keys()) {
        if (usedBytes <= limitBytes) break;
        drop(oldest);
      }
    },
    stored: async () => ({ entries: entries.size, usedBytes }),
    async clear() {
      entries.clear();
      usedBytes = 0;
    },
  };
}

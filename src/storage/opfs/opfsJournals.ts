/** Journals in the browser's own storage, one file each; a lock keeps a second page from writing it. Runs in a worker of the page. */
import { JOURNAL_KEY, type JournalStore, type JournalWriter } from "../journals/journalStore.ts";
import { fileIn, inStorage, openHandle, removeIn, textIn, writeAll } from "./opfsDirectory.ts";
import { tryLockAlone } from "./opfsLock.ts";

const FOLDER = "journals";

/** The store; `null` where the browser keeps no files. */
export async function createOpfsJournals(browser: {
  readonly storage: StorageManager;
  readonly locks: LockManager;
}): Promise<JournalStore | null> {
  const root = await browser.storage.getDirectory?.().catch(() => null);
  if (root == null) return null;
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  return {
    async list(prefix) {
      const found: { readonly key: string; readonly writtenMs: number }[] = [];
      for await (const name of folder.keys()) {
        const wanted = JOURNAL_KEY.test(name) && name.startsWith(prefix);
        const file = wanted ? await fileIn(folder, name) : null;
        if (file !== null) found.push({ key: name, writtenMs: file.lastModified });
      }
      return found.sort((a, b) => b.writtenMs - a.writtenMs).map(({ key }) => key);
    },
    read: (key) => inStorage(key, 0, async () => (await fileIn(folder, key))?.text() ?? null),
    async open(key) {
      const release = await tryLockAlone(browser.locks, `mergescope journal ${key}`);
      if (release === null) return null;
      try {
        const text = await textIn(folder, key);
        const whole = text.slice(0, text.lastIndexOf("\n") + 1);
        return await openWriter(folder, key, whole, release);
      } catch (thrown) {
        release();
        throw thrown;
      }
    },
    remove: (key) => removeIn(folder, key),
  };
}

async function openWriter(
  folder: FileSystemDirectoryHandle,
  key: string,
  text: string,
  release: () => void,
): Promise<JournalWriter> {
  const handle = await openHandle(folder, key);
  let end = new TextEncoder().encode(text).byteLength;
  handle.truncate(end);
  return {
    text,
    append: (more) =>
      inStorage(key, more.length, () => {
        const bytes = new TextEncoder().encode(more);
        writeAll(handle, bytes, end);
        handle.flush();
        end += bytes.byteLength;
      }),
    async close() {
      handle.close();
      release();
    },
  };
}

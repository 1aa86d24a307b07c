/** The contract of a place that keeps growing text files by key, each written by one at a time; and the one in memory. */

/** A file that is open to be appended to; nobody else writes it meanwhile. */
export interface JournalWriter {
  /** Its whole lines when it was opened; what was cut short behind them is gone. */
  readonly text: string;
  /** Resolves when the text is kept. @throws AppError `write-failed`, `out-of-memory`. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Growing text files by key: letters, digits, `-`. */
export interface JournalStore {
  /** The keys that begin so, the one written last first. */
  list(prefix: string): Promise<readonly string[]>;
  /** `null` where there is none. */
  read(key: string): Promise<string | null>;
  /** Opens a file, made where there is none; `null` while another page writes it. */
  open(key: string): Promise<JournalWriter | null>;
  remove(key: string): Promise<void>;
}

/** A key as a file's name. */
export const JOURNAL_KEY = /^[a-z0-9-]{1,200}$/;

/** Journals that end with the process or page. */
export function createMemoryJournals(): JournalStore {
  const files = new Map<string, string>();
  const open = new Set<string>();
  return {
    list: async (prefix) => [...files.keys()].filter((key) => key.startsWith(prefix)).reverse(),
    read: async (key) => files.get(key) ?? null,
    async open(key) {
      if (open.has(key)) return null;
      open.add(key);
      const before = files.get(key) ?? "";
      const text = before.slice(0, before.lastIndexOf("\n") + 1);
      files.delete(key);
      files.set(key, text);
      return {
        text,
        append: async (more) => void files.set(key, `${files.get(key) ?? ""}${more}`),
        close: async () => void open.delete(key),
      };
    },
    remove: async (key) => void files.delete(key),
  };
}

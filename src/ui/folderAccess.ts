/** Folders and files of the person's machine: picked, dropped, read, written. The page's only door to them. */
import { AppError, cancelled, isCancelled } from "../base/errors.ts";
import { isCheckpointFile } from "../store/folderFiles.ts";
import type { PickedFile } from "../store/folders.ts";
import { isTaskFile } from "../store/taskFiles.ts";

type PickFolder = (options: { readonly mode: "read" | "readwrite" }) => Promise<FileSystemDirectoryHandle>;

/** Deeper than any checkpoint lies, and more than any run has; a whole disk is not searched. */
const MOST = { depth: 8, entries: 20_000 };

/** Whether the browser lets a page pick folders. */
export function hasFolders(): boolean {
  return "showDirectoryPicker" in window;
}

/**
 * Asks for a folder; `null` where the browser has none to give.
 * @throws AppError `cancelled` when the person picks none.
 */
export async function pickDirectory(mode: "read" | "readwrite"): Promise<FileSystemDirectoryHandle | null> {
  const { showDirectoryPicker } = window as Window & { readonly showDirectoryPicker?: PickFolder };
  if (showDirectoryPicker === undefined) return null;
  try {
    return await showDirectoryPicker.call(window, { mode });
  } catch (thrown) {
    throw isCancelled(thrown) ? cancelled() : thrown;
  }
}

/** Hands a file over as a download. */
export function download(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // A large file may be copied for a while before the address may go.
  setTimeout(() => URL.revokeObjectURL(url), 600_000);
}

/** The checkpoint files of a picked folder, of all folders in it too. */
export async function readDirectory(folder: FileSystemDirectoryHandle): Promise<readonly PickedFile[]> {
  const walk = createWalk();
  const enter = async (handle: FileSystemDirectoryHandle, path: string, depth: number): Promise<void> => {
    for await (const [name, child] of handle as unknown as AsyncIterable<[string, FileSystemHandle]>) {
      const at = `${path}/${name}`;
      if (child.kind === "file") {
        await walk.meet(at, () => (child as FileSystemFileHandle).getFile());
      } else if (walk.mayEnter(at, depth)) {
        await enter(child as FileSystemDirectoryHandle, at, depth + 1);
      }
    }
  };
  await enter(folder, folder.name, 1);
  return walk.files;
}

/** All files of a list, whatever they are. */
export function readAnyFiles(list: FileList | null): readonly PickedFile[] {
  return [...(list ?? [])].map((file) => ({
    path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath,
    file,
  }));
}

/** The checkpoint files of a list, by their paths in the folder that was picked. */
export function readList(list: FileList | null): readonly PickedFile[] {
  return readAnyFiles(list).filter(({ path }) => isCheckpointFile(path));
}

/**
 * What was dropped; several folders and files at once. Its entries live only as long as the event, so that they are
 * taken at once and read afterwards.
 */
export function takeDropped(transfer: DataTransfer): () => Promise<readonly PickedFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  return async () => {
    const walk = createWalk();
    const enter = async (entry: FileSystemEntry | null, depth: number): Promise<void> => {
      if (entry === null) return;
      const path = entry.fullPath.replace(/^\//, "");
      if (entry.isFile) {
        const { file } = entry as FileSystemFileEntry;
        await walk.meet(path, () => new Promise((resolve, reject) => file.call(entry, resolve, reject)));
      } else if (walk.mayEnter(path, depth)) {
        for (const child of await readEntries(entry as FileSystemDirectoryEntry))
          await enter(child, depth + 1);
      }
    };
    for (const entry of entries) await enter(entry, 0);
    return walk.files;
  };
}

/** All entries of a directory; the browser hands them out a hundred at a time. */
async function readEntries(directory: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, (error) => reject(unreadable(directory.fullPath, error)));
    });
    if (some.length === 0 || all.length > MOST.entries) return all;
    all.push(...some);
  }
}

/** Gathers checkpoint files, and keeps a walk from going on for ever. */
function createWalk() {
  const files: PickedFile[] = [];
  let met = 0;
  return {
    files,
    async meet(path: string, open: () => Promise<File>): Promise<void> {
      met += 1;
      if (met > MOST.entries)
        throw new AppError("usage", `More than ${MOST.entries.toLocaleString("en")} files are in there.`, {
          advice: "Pick the folders of the checkpoints themselves.",
        });
      if (!isCheckpointFile(path) && !isTaskFile(path)) return;
      try {
        files.push({ path, file: await open() });
      } catch (cause) {
        throw unreadable(path, cause);
      }
    },
    /** Hidden folders hold no checkpoints; version control's hold much else. */
    mayEnter: (path: string, depth: number): boolean =>
      depth < MOST.depth && !path.slice(path.lastIndexOf("/") + 1).startsWith("."),
  };
}

function unreadable(path: string, cause: unknown): AppError {
  return new AppError("read-failed", `${path} cannot be read.`, {
    advice: "Look at the permissions of the folder, and pick it again.",
    fields: { path },
    cause,
  });
}

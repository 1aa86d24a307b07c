/** Folders of this machine: what was picked or dropped becomes checkpoints. Nothing is uploaded. */
import { AppError, toErrorRecord } from "../base/errors.ts";
import { isGettingIn } from "./choice.ts";
import type { Context } from "./context.ts";
import { isCheckpointFile, sortIntoFolders } from "./folderFiles.ts";
import type { FolderEntry, FoldersState } from "./state.ts";
import { IDLE } from "./status.ts";

/** A file of the person's, by its path in what was picked. */
export type PickedFile = { readonly path: string; readonly file: Blob };

/** Actions on folders. */
export type FoldersActions = {
  /** Adds every checkpoint among these files and picks it; `read` may take a while, and fail. */
  readonly addFiles: (read: () => Promise<readonly PickedFile[]>) => Promise<void>;
};

/** The folders' actions over a context; `onAdded` gets the new checkpoints' names. */
export function createFoldersActions(
  context: Context,
  onAdded: (checkpoints: readonly string[]) => void,
): FoldersActions {
  const patch = (change: Partial<FoldersState>): void => context.patch("folders", change);
  return {
    async addFiles(read) {
      patch({ status: { kind: "working", progress: null } });
      try {
        if (isGettingIn(context.get())) throw stillFetching();
        const folders = sortIntoFolders((await read()).filter(({ path }) => isCheckpointFile(path)));
        if (folders.length === 0) throw nothingFound();
        const names: string[] = [];
        for (const folder of folders) {
          const files = folder.files.map(({ path, file }) => ({ path, file: file.file }));
          const job = { signal: new AbortController().signal, emit: () => undefined };
          const mark = markOf(files);
          const name = freeName(context.get().folders.added, folder.name, mark);
          const { checkpoint } = await context.effects.engine.call("addFolder", { name, files }, job);
          const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
          const entry: FolderEntry = { checkpoint, files: files.length, bytes, mark };
          const others = context.get().folders.added.filter((one) => one.checkpoint !== checkpoint);
          patch({ added: [...others, entry] });
          names.push(checkpoint);
        }
        patch({ status: IDLE });
        onAdded(names);
      } catch (thrown) {
        patch({ status: { kind: "failed", error: toErrorRecord(thrown) } });
      }
    },
  };
}

/** The name itself for a new folder and for the same one again; another of the same name is numbered. */
function freeName(added: readonly FolderEntry[], name: string, mark: string): string {
  const isFree = (wanted: string): boolean => {
    const old = added.find(({ checkpoint }) => checkpoint === `disk:${wanted}`);
    return old === undefined || old.mark === mark;
  };
  for (let number = 2, wanted = name; ; number++) {
    if (isFree(wanted)) return wanted;
    wanted = `${name} (${number})`;
  }
}

/** What tells the same files from others of the same names, without reading them. */
function markOf(files: readonly PickedFile[]): string {
  const times = files.map(({ path, file }) => [
    path,
    file.size,
    file instanceof File ? file.lastModified : 0,
  ]);
  return JSON.stringify(times);
}

function nothingFound(): AppError {
  return new AppError("not-found", "No checkpoint is among these files.", {
    advice: "A checkpoint's folder holds config.json and weights: model.safetensors or pytorch_model.bin.",
  });
}

function stillFetching(): AppError {
  return new AppError("usage", "Folders cannot be added while other checkpoints are fetched.", {
    advice: "Cancel the fetch, which keeps what came, or wait for its end.",
  });
}

/** Saves files to a folder that the person picks; where the browser has no folders, as downloads one by one. */
import { cancelled, isCancelled } from "../base/errors.ts";

type NamedFile = { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };
type PickFolder = (options: { readonly mode: "readwrite" }) => Promise<FileSystemDirectoryHandle>;

/**
 * Asks for the place first, while the person's click still counts, then makes the files.
 * @throws AppError `cancelled` when the person picks no folder.
 */
export async function saveFiles(name: string, make: () => Promise<readonly NamedFile[]>): Promise<string> {
  const { showDirectoryPicker } = window as Window & { readonly showDirectoryPicker?: PickFolder };
  if (showDirectoryPicker === undefined) return download(name, await make());
  const parent = await pick(showDirectoryPicker);
  const files = await make();
  const folder = await parent.getDirectoryHandle(name, { create: true });
  for (const file of files) {
    const handle = await folder.getFileHandle(file.name, { create: true });
    const stream = await handle.createWritable();
    await stream.write(file.bytes);
    await stream.close();
  }
  return `${files.length} files in ${parent.name}/${name}`;
}

async function pick(showDirectoryPicker: PickFolder): Promise<FileSystemDirectoryHandle> {
  try {
    return await showDirectoryPicker.call(window, { mode: "readwrite" });
  } catch (thrown) {
    throw isCancelled(thrown) ? cancelled() : thrown;
  }
}

function download(name: string, files: readonly NamedFile[]): string {
  for (const file of files) {
    const url = URL.createObjectURL(new Blob([file.bytes]));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${name}.${file.name}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
  return `${files.length} files downloaded`;
}

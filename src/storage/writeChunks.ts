/** Writing a file's chunks: each is made while the one before it is being written. Runs everywhere. */
import type { WritableFile } from "./folderWriter.ts";

/** Resolves once all are written; errors of making and of writing pass through, and nothing is being written any more. */
export async function writeChunks(
  { chunks }: Pick<WritableFile, "chunks">,
  write: (chunk: Uint8Array<ArrayBuffer>) => Promise<unknown>,
): Promise<void> {
  let writing: Promise<unknown> = Promise.resolve();
  try {
    for await (const chunk of chunks()) {
      await writing;
      writing = write(chunk);
      // Its failure is met before the next chunk, or at the end.
      writing.catch(() => undefined);
    }
  } catch (thrown) {
    await writing.catch(() => undefined);
    throw thrown;
  }
  await writing;
}

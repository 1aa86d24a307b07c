/** The contract between a task's data and the places it can lie in. Knows no format and no place. */
import type { ByteSource } from "../../storage/byteSource.ts";

/** A named file: `path` is relative to the folder that was given, or the file's own name, with `/` between parts. */
export type DataFile = { readonly path: string; readonly source: ByteSource };

/** Everything that was given for a task: a folder's files, one file, or what came from the network. */
export type DataFiles = {
  /** What a person would call it. */
  readonly name: string;
  readonly files: readonly DataFile[];
};

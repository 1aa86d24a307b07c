/** The contract of a place where a folder of files is written, all or nothing. Knows no implementation. */

/** A file to be written, its bytes made piece by piece as they are asked for. */
export type WritableFile = {
  readonly name: string;
  readonly byteLength: number;
  /** In order; each call starts anew. Errors of reading and computing pass through. */
  readonly chunks: () => AsyncIterable<Uint8Array<ArrayBuffer>>;
};

/** A folder that is being made. */
export interface FolderWriter {
  /** Writes one file whole. @throws AppError `write-failed`. */
  write(file: WritableFile): Promise<void>;
  /** Gives the folder its name. @returns where it is, in words, and what must still be handed over. */
  finish(): Promise<{ readonly where: string; readonly blobs: ReadonlyMap<string, Blob> }>;
  /** Leaves nothing behind; may be called after a failure. */
  abandon(): Promise<void>;
}

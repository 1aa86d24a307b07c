/** The contract of anything with bytes: a file, a URL, a buffer. Runs everywhere; knows no implementation. */

/** Random access to a fixed number of bytes. */
export interface ByteSource {
  /** What a person would call it: a path or a URL. */
  readonly name: string;
  readonly byteLength: number;
  /** SHA-256 in hexadecimal, where the place the bytes come from vouches for it. */
  readonly sha256?: string;
  /**
   * The bytes from `startByte` up to `endByte` (exclusive), freshly allocated.
   * @throws AppError `read-failed` when they cannot be had in full, never fewer bytes than asked.
   */
  read(startByte: number, endByte: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** A folder of byte sources: a checkpoint's files, wherever they live. */
export interface FileSet {
  /** What a person would call it: a path, a URL, `demo:300`. */
  readonly name: string;
  /** The file at this path inside the folder, or `null` when there is none. */
  open(path: string, signal?: AbortSignal): Promise<ByteSource | null>;
}

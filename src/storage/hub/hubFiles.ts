/**
 * The contracts of the hub and of the place where its files are kept. Knows no implementation: the hub speaks HTTP, the
 * cache is OPFS in a browser and the hub's own cache folder in Node.
 */
import type { ByteSource, FileSet } from "../byteSource.ts";

/** A file as the hub lists it. */
export type HubFile = {
  readonly path: string;
  readonly byteLength: number;
  /** What names the content: SHA-256 of a large file, git's blob id of a small one. Equal content, equal key. */
  readonly key: string;
  /** SHA-256 where the hub names it. */
  readonly sha256: string | null;
};

/** The files of one revision. */
export type HubListing = {
  readonly repository: string;
  readonly revision: string;
  /** The commit that the revision stood for when it was listed. */
  readonly commit: string;
  readonly files: readonly HubFile[];
};

/** Bytes of a file that can be computed instead of fetched. */
export type KnownExtent = {
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
  /** Writes the bytes from `startByte` on, as many as `out` takes. */
  readonly fill: (startByte: number, out: Uint8Array) => void;
};

/** How a fetch is stopped and watched: bytes there so far, of all that had to come. */
export type FetchJob = {
  readonly signal: AbortSignal;
  onBytes(receivedBytes: number, totalBytes: number): void;
};

/** The files of one revision: those kept on this machine are read there, others by ranges from the hub. */
export interface HubFiles extends FileSet {
  readonly listing: HubListing;
  /** Bytes that `fetch` would have to bring. */
  missingBytes(path: string, known: readonly KnownExtent[]): Promise<number>;
  /**
   * Brings a file here whole, verified where its hash is named; sources opened before read it from here then. Goes on
   * where an earlier attempt stopped. Does nothing where there is no cache.
   * @throws AppError `not-found`, `read-failed`, `bad-format` for a wrong hash, `out-of-memory` without room, `cancelled`.
   */
  fetch(path: string, known: readonly KnownExtent[], job: FetchJob): Promise<void>;
}

/** A hub. */
export interface Hub {
  readonly endpoint: string;
  /** Names of branches and tags. @throws AppError `not-found`, `read-failed`. */
  revisions(repository: string, signal: AbortSignal): Promise<readonly string[]>;
  /** @throws AppError `not-found` for a repository or revision that is not there, `read-failed`. */
  open(repository: string, revision: string, signal: AbortSignal): Promise<HubFiles>;
}

/** A part of a file, `endByte` exclusive. */
export type Extent = { readonly startByte: number; readonly endByte: number };

/** A file that is being brought here; one writer at a time. */
export interface PartialFile {
  /** What survived earlier attempts, in order, without overlap. */
  readonly done: readonly Extent[];
  /** Writes bytes at their place; once it resolves they survive a crash. */
  write(startByte: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Bytes written before, for verifying. */
  read(startByte: number, endByte: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Makes it a whole file under its key, in one step. */
  finish(): Promise<void>;
  /** Forgets what was written: it turned out wrong. */
  discard(): Promise<void>;
  /** Lets the file go, to be continued another time. */
  close(): Promise<void>;
}

/** Where fetched files are kept, by content. */
export interface HubCache {
  /** The whole file as a source of this name, or `null`. */
  open(listing: HubListing, file: HubFile, name: string): Promise<ByteSource | null>;
  /** What earlier attempts left of a file that is not whole. */
  partial(listing: HubListing, file: HubFile): Promise<readonly Extent[]>;
  /** Begins or continues a file; waits while another writes it. @throws AppError `out-of-memory` without room. */
  begin(listing: HubListing, file: HubFile, signal: AbortSignal): Promise<PartialFile>;
  /** What an earlier visit learned of a revision; `null` when nothing. */
  listing(repository: string, revision: string): Promise<HubListing | null>;
  /** Keeps a listing, and makes its whole files known under their names. */
  remember(listing: HubListing): Promise<void>;
}

/** One kept file, as a person is shown it; `names` say where it is from, once for each name. */
export type KeptFile = {
  readonly key: string;
  readonly bytes: number;
  readonly names: readonly string[];
  readonly whole: boolean;
};

/** A cache, and what a person may do about it. */
export interface KeptFiles extends HubCache {
  stored(): Promise<{
    readonly files: readonly KeptFile[];
    readonly usedBytes: number;
    /** `null` where nothing limits it but the disk. */
    readonly quotaBytes: number | null;
    /** Whether nothing of it is cleared by itself. */
    readonly persistent: boolean;
    /** Where it lies, in words. */
    readonly place: string;
  }>;
  /** @throws AppError `usage` for a file that is held. */
  remove(keys: readonly string[]): Promise<void>;
  /** Keeps these from being removed until the function it gives is called. */
  hold(keys: readonly string[]): Promise<() => void>;
}

/**
 * Brings one file of the hub here: what is missing comes in pieces, a few at a time, and is written as it comes, so that a
 * break loses the bytes in flight and nothing else. Then the bytes that need not come are computed, and the whole is
 * verified by its hash. Runs everywhere.
 */
import pLimit from "p-limit";
import { concatBytes, describeBytes, toHex } from "../../base/bytes.ts";
import { AppError, isCancelled } from "../../base/errors.ts";
import { throwIfCancelled } from "../../base/job.ts";
import type { ByteSource } from "../byteSource.ts";
import type { HashSource } from "../sha256.ts";
import { missingExtents, splitExtents, totalBytes } from "./extents.ts";
import type { StreamRange } from "./hubFile.ts";
import type { Extent, FetchJob, HubFile, KnownExtent, PartialFile } from "./hubFiles.ts";
import { backoffMs, type Wait } from "./retry.ts";

/** What a download is made of. */
export type DownloadParts = { readonly stream: StreamRange; readonly wait: Wait; readonly hash: HashSource };

/** Pieces that come at the same time. */
const PIECES_AT_ONCE = 6;
const PIECE_BYTES = 8 * 2 ** 20;
/** What has come is written when it is this much: each write is made to survive a crash, which takes its time. */
const WRITE_BYTES = 2 ** 20;
/** Git's own hash is made of all bytes at once; the hub gives larger files a SHA-256. */
const MAX_GIT_BYTES = 100_000_000;
/** How often in a row a piece may break without a single byte coming. */
const BREAKS = 5;

/**
 * Makes `partial` whole, verified and finished; it is closed in any case. `known` extents are computed instead of fetched
 * where a hash can prove them, and fetched after all where it does not.
 * @throws AppError `read-failed`, `bad-format` for a wrong hash, `cancelled`, and those of writing.
 */
export async function downloadFile(
  parts: DownloadParts,
  file: HubFile,
  partial: PartialFile,
  known: readonly KnownExtent[],
  job: FetchJob,
): Promise<void> {
  try {
    if (file.sha256 === null && file.byteLength > MAX_GIT_BYTES) throw tooLargeForGit(file);
    // What came before needs no computing, whether it was computed then or fetched.
    const computed = file.sha256 === null ? [] : missingKnown(partial.done, known);
    const counted = countingFrom(job);
    await fetchMissing(parts, file, partial, [...partial.done, ...computed], counted());
    if (await isRight(parts.hash, file, withComputed(file, partial, computed, job.signal)))
      // Only now, when the hash has proved them, are computed bytes written: a journal vouches for what it lists.
      for (const extent of computed) await writeKnown(partial, extent, job.signal);
    else {
      if (computed.length === 0) throw await wrongBytes(file, partial);
      // The guess at what they hold was wrong, or something else is: with all bytes fetched it is known which.
      await fetchMissing(parts, file, partial, partial.done, counted());
      if (!(await isRight(parts.hash, file, withComputed(file, partial, [], job.signal))))
        throw await wrongBytes(file, partial);
    }
    await partial.finish();
  } finally {
    await partial.close();
  }
}

/** Fetches and writes all but the extents that are `present`. */
async function fetchMissing(
  parts: DownloadParts,
  file: HubFile,
  partial: PartialFile,
  present: readonly Extent[],
  job: FetchJob,
): Promise<void> {
  const missing = missingExtents(file.byteLength, present);
  const total = totalBytes(missing);
  const failed = new AbortController();
  // The first piece that fails stops the others; what they have written stays.
  const signal = AbortSignal.any([job.signal, failed.signal]);
  const limit = pLimit(PIECES_AT_ONCE);
  let received = 0;
  const onBytes = (bytes: number) => {
    received += bytes;
    job.onBytes(received, total);
  };
  const pieces = splitExtents(missing, PIECE_BYTES).map((piece) =>
    limit(() => fetchPiece(parts, partial, piece, signal, onBytes)).catch((thrown: unknown) => {
      failed.abort();
      throw thrown;
    }),
  );
  const outcomes = await Promise.allSettled(pieces);
  throwIfCancelled(job.signal);
  const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  const cause = reasons.find((reason) => !isCancelled(reason)) ?? reasons[0];
  if (cause !== undefined) throw cause;
}

/** One piece; after a break it goes on at the byte where it stopped. */
async function fetchPiece(
  parts: DownloadParts,
  partial: PartialFile,
  { startByte, endByte }: Extent,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let at = startByte;
  let breaks = 0;
  while (at < endByte) {
    throwIfCancelled(signal);
    const before = at;
    try {
      // Told as they come: what has come is written even when the connection breaks.
      for await (const block of inBlocks(parts.stream(at, endByte, signal), onBytes)) {
        await partial.write(at, block);
        at += block.byteLength;
      }
      if (at < endByte) throw endedEarly(at, endByte);
    } catch (thrown) {
      const isBreak = thrown instanceof AppError && thrown.fields.broken === true;
      breaks = at > before ? 1 : breaks + 1;
      if (!isBreak || breaks > BREAKS) throw thrown;
      await parts.wait(backoffMs(breaks), signal);
    }
  }
}

/** The same bytes in larger blocks; what has come before a break is handed on before the break is told. */
async function* inBlocks(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let gathered: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  let broken: { readonly why: unknown } | null = null;
  try {
    for await (const chunk of chunks) {
      gathered.push(chunk);
      bytes += chunk.byteLength;
      onBytes(chunk.byteLength);
      if (bytes < WRITE_BYTES) continue;
      yield concatBytes(gathered);
      gathered = [];
      bytes = 0;
    }
  } catch (why) {
    broken = { why };
  }
  if (bytes > 0) yield concatBytes(gathered);
  if (broken !== null) throw broken.why;
}

function missingKnown(done: readonly Extent[], known: readonly KnownExtent[]): readonly KnownExtent[] {
  return known.filter(
    ({ startByte, endByte }) =>
      !done.some((extent) => extent.startByte <= startByte && endByte <= extent.endByte),
  );
}

async function writeKnown(partial: PartialFile, extent: KnownExtent, signal: AbortSignal): Promise<void> {
  for (let at = extent.startByte; at < extent.endByte; at += PIECE_BYTES) {
    throwIfCancelled(signal);
    const bytes = new Uint8Array(Math.min(PIECE_BYTES, extent.endByte - at));
    extent.fill(at, bytes);
    await partial.write(at, bytes);
  }
}

/** Whether the bytes have the hash that the hub named: SHA-256 of a large file, git's own of a small one. */
async function isRight(hash: HashSource, file: HubFile, source: ByteSource): Promise<boolean> {
  if (file.sha256 !== null) return (await hash(source, new AbortController().signal)) === file.sha256;
  return (await gitId(await source.read(0, file.byteLength))) === file.key;
}

/** The file as it will be: what was written, and over it what is computed. */
function withComputed(
  file: HubFile,
  partial: PartialFile,
  computed: readonly KnownExtent[],
  signal: AbortSignal,
): ByteSource {
  return {
    name: file.path,
    byteLength: file.byteLength,
    async read(startByte, endByte) {
      throwIfCancelled(signal);
      const bytes = await readWritten(partial, startByte, endByte);
      for (const extent of computed) {
        const [from, to] = [Math.max(startByte, extent.startByte), Math.min(endByte, extent.endByte)];
        if (from < to) extent.fill(from, bytes.subarray(from - startByte, to - startByte));
      }
      return bytes;
    },
  };
}

/** Zeros where nothing was written, which may be all there is at the end of a file. */
async function readWritten(
  partial: PartialFile,
  startByte: number,
  endByte: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(endByte - startByte);
  for (const extent of partial.done) {
    const [from, to] = [Math.max(startByte, extent.startByte), Math.min(endByte, extent.endByte)];
    if (from < to) bytes.set(await partial.read(from, to), from - startByte);
  }
  return bytes;
}

/** Jobs whose counts go on where the one before stopped. */
function countingFrom(job: FetchJob): () => FetchJob {
  let [received, total] = [0, 0];
  return () => {
    const [receivedBefore, totalBefore] = [received, total];
    return {
      signal: job.signal,
      onBytes(receivedNow, totalNow) {
        received = receivedBefore + receivedNow;
        total = totalBefore + totalNow;
        job.onBytes(received, total);
      },
    };
  };
}

/** The id that git gives a file: SHA-1 of "blob", its length, and its bytes. */
async function gitId(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const head = new TextEncoder().encode(`blob ${bytes.byteLength}\0`);
  return toHex(await crypto.subtle.digest("SHA-1", concatBytes([head, bytes])));
}

async function wrongBytes(file: HubFile, partial: PartialFile): Promise<AppError> {
  await partial.discard();
  return new AppError(
    "bad-format",
    `${file.path} came with other bytes than its hash ${file.key.slice(0, 12)}… stands for; they were thrown away.`,
    {
      advice: "Fetch it again; if that does not help, the server or something on the way changes the file.",
      fields: { path: file.path, key: file.key },
    },
  );
}

function tooLargeForGit({ path, byteLength }: HubFile): AppError {
  return new AppError(
    "unsupported",
    `${path} has ${describeBytes(byteLength)} and no SHA-256 to verify it by.`,
    {
      advice: "Download the file by other means and open the copy.",
      fields: { path, byteLength },
    },
  );
}

function endedEarly(at: number, endByte: number): AppError {
  return new AppError("read-failed", `The server stopped ${endByte - at} bytes too early.`, {
    advice: "Try again.",
    fields: { at, endByte, broken: true },
  });
}

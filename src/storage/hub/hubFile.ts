/**
 * One file of the hub as a byte source: read by ranges over the network until a whole copy of it is here, and from that
 * copy afterwards, by everyone who opened it before. Runs everywhere.
 */
import { AppError, cancelled } from "../../base/errors.ts";
import type { ByteSource } from "../byteSource.ts";
import {
  bodyChunks,
  bodyOf,
  type Fetch,
  firstByte,
  isHtml,
  request,
  totalLength,
  wrongLength,
} from "../httpRequest.ts";
import { checkRange } from "../range.ts";
import { fileRefusal } from "./hubErrors.ts";
import type { HubFile } from "./hubFiles.ts";

/** Where a file is. `fetch` tries again by itself. */
export type HubPlace = {
  readonly fetch: Fetch;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  /** What a person would call it. */
  readonly name: string;
};

/** The bytes from `startByte` up to `endByte` as they come. @throws AppError `read-failed`, `cancelled`. */
export type StreamRange = (
  startByte: number,
  endByte: number,
  signal: AbortSignal,
) => AsyncIterable<Uint8Array<ArrayBuffer>>;

/** The source, the stream behind it, and how it learns that the file is here. */
export type HubFileSource = {
  readonly source: ByteSource;
  readonly stream: StreamRange;
  /** From now on the bytes are read from this copy; `null` changes nothing. */
  adopt(copy: ByteSource | null): void;
};

/** The beginning is asked for at once: a header's length and the header itself then cost one request. */
const FIRST_BYTES = 65_536;

/** The file at this place. */
export function createHubFile(place: HubPlace, file: HubFile): HubFileSource {
  let copy: ByteSource | null = null;
  let first: Promise<Uint8Array<ArrayBuffer>> | null = null;
  const readFirst = (): Promise<Uint8Array<ArrayBuffer>> => {
    const mine = first ?? readRange(place, file, 0, Math.min(FIRST_BYTES, file.byteLength));
    first = mine;
    mine.catch(() => {
      first = null;
    });
    return mine;
  };
  const source: ByteSource = {
    name: place.name,
    byteLength: file.byteLength,
    ...(file.sha256 === null ? {} : { sha256: file.sha256 }),
    async read(startByte, endByte, signal) {
      if (copy !== null) return copy.read(startByte, endByte, signal);
      if (signal?.aborted) throw cancelled();
      checkRange(place.name, file.byteLength, startByte, endByte);
      if (startByte === endByte) return new Uint8Array(0);
      if (endByte <= FIRST_BYTES) return (await unlessStopped(readFirst(), signal)).slice(startByte, endByte);
      return readRange(place, file, startByte, endByte, signal);
    },
  };
  return {
    source,
    stream: (startByte, endByte, signal) => streamRange(place, file, startByte, endByte, signal),
    adopt(found) {
      if (found === null) return;
      copy = found;
      first = null;
    },
  };
}

/** What others may wait for too goes on when one of them is stopped. */
function unlessStopped<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(cancelled());
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

async function readRange(
  place: HubPlace,
  file: HubFile,
  startByte: number,
  endByte: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await askRange(place, file, startByte, endByte, signal);
  const bytes = await bodyOf(place.url, response, endByte - startByte, signal);
  if (bytes.byteLength === endByte - startByte) return bytes;
  throw wrongLength(place.url, bytes.byteLength, endByte - startByte);
}

async function* streamRange(
  place: HubPlace,
  file: HubFile,
  startByte: number,
  endByte: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const response = await askRange(place, file, startByte, endByte, signal);
  yield* bodyChunks(place.url, response, endByte - startByte, signal);
}

/** An answer that holds this range and comes from a file of the listed length. */
async function askRange(
  { url, fetch, headers, name }: HubPlace,
  file: HubFile,
  startByte: number,
  endByte: number,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const response = await request(url, fetch, `bytes=${startByte}-${endByte - 1}`, signal, headers);
  if (isHtml(response)) {
    await response.body?.cancel();
    throw new AppError("bad-format", `A page came in place of ${name}.`, {
      advice: "Check the hub's address; a company network's own login page may stand in the way.",
      fields: { url },
    });
  }
  const isWhole = response.status === 200 && startByte === 0 && endByte === file.byteLength;
  if (response.status === 206 || isWhole) {
    const total = response.status === 206 ? totalLength(response) : file.byteLength;
    const from = response.status === 206 ? firstByte(response) : 0;
    // Where a server hides the header there is nothing to compare.
    if ((total ?? file.byteLength) === file.byteLength && (from ?? startByte) === startByte) return response;
    await response.body?.cancel();
    if (total !== null && total !== file.byteLength) throw wrongLength(url, total, file.byteLength);
    throw new AppError("read-failed", `${url} sent bytes from ${from} on, not from ${startByte} as asked.`, {
      advice: "The server answers range requests wrongly: use another mirror.",
      fields: { url, startByte, endByte },
    });
  }
  if (response.status !== 200)
    throw await fileRefusal(url, response, name, headers.Authorization !== undefined);
  await response.body?.cancel();
  throw new AppError("read-failed", `${url} came whole, although a part of it was asked for.`, {
    advice:
      "The server does not answer range requests: use another mirror, or download the file and open the copy.",
    fields: { url, startByte, endByte },
  });
}

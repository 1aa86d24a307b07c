/**
 * Files behind URLs, read by ranges. The first request asks for the first 64 kB, so that a small file costs one
 * request and a checkpoint's header usually none more. A server that ignores ranges sends the whole file: it is
 * kept in memory if it is not too large. Runs everywhere; `fetch` is handed in.
 */
import { cancelled } from "../base/errors.ts";
import type { ByteSource, FileSet } from "./byteSource.ts";
import { bodyOf, type Fetch, isHtml, refusal, request, totalLength, wrongLength } from "./httpRequest.ts";
import { createMemorySource } from "./memory.ts";
import { checkRange } from "./range.ts";

/** How much the first request asks for. */
const FIRST_BYTES = 65_536;

/** The largest file kept whole in memory where a server cannot send ranges. */
export const MAX_WHOLE_BYTES = 1_000_000_000;

/** A folder of files under a base URL; `name` is what a person would call it. */
export function createHttpFileSet(
  name: string,
  baseUrl: string,
  fetch: Fetch,
  maxWholeBytes = MAX_WHOLE_BYTES,
): FileSet {
  const base = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
  return {
    name,
    open: (path, signal) =>
      openHttpSource(base + path.split("/").map(encodeURIComponent).join("/"), fetch, signal, maxWholeBytes),
  };
}

/**
 * The file at a URL, or `null` where the server has none. An HTML page in its place counts as none: that is how
 * single-page servers answer for a missing file.
 * @throws AppError `read-failed` when the server cannot be reached or refuses; `out-of-memory` when it sends only
 * whole files and this one is larger than `maxWholeBytes`; `cancelled`.
 */
export async function openHttpSource(
  url: string,
  fetch: Fetch,
  signal?: AbortSignal,
  maxWholeBytes = MAX_WHOLE_BYTES,
): Promise<ByteSource | null> {
  const response = await request(url, fetch, `bytes=0-${FIRST_BYTES - 1}`, signal);
  if (response.status === 404 || response.status === 410 || isHtml(response)) {
    await response.body?.cancel();
    return null;
  }
  // An empty file has no byte 0, so that any range is "not satisfiable".
  if (response.status === 416 && totalLength(response) === 0)
    return createMemorySource(url, new Uint8Array(0));
  if (!response.ok) throw await refusal(url, response);
  const total = response.status === 206 ? totalLength(response) : null;
  if (total === null) return wholeFile(url, fetch, response, signal, maxWholeBytes);
  const first = await bodyOf(url, response, Math.min(FIRST_BYTES, total), signal);
  if (first.byteLength !== Math.min(FIRST_BYTES, total)) throw wrongLength(url, first.byteLength, total);
  return rangedSource(url, fetch, total, first);
}

function rangedSource(url: string, fetch: Fetch, byteLength: number, first: Uint8Array): ByteSource {
  return {
    name: url,
    byteLength,
    async read(startByte, endByte, signal) {
      if (signal?.aborted) throw cancelled();
      checkRange(url, byteLength, startByte, endByte);
      if (startByte === endByte) return new Uint8Array(0);
      if (endByte <= first.byteLength) return new Uint8Array(first.subarray(startByte, endByte));
      const response = await request(url, fetch, `bytes=${startByte}-${endByte - 1}`, signal);
      if (response.status !== 206) throw await refusal(url, response);
      const total = totalLength(response);
      if (total !== null && total !== byteLength) throw wrongLength(url, total, byteLength);
      const bytes = await bodyOf(url, response, endByte - startByte, signal);
      if (bytes.byteLength !== endByte - startByte) {
        throw wrongLength(url, bytes.byteLength, endByte - startByte);
      }
      return bytes;
    },
  };
}

/** The answer of a server that sent everything, or that hides how long the file is (then it is asked again). */
async function wholeFile(
  url: string,
  fetch: Fetch,
  response: Response,
  signal: AbortSignal | undefined,
  maxWholeBytes: number,
): Promise<ByteSource> {
  let whole = response;
  if (response.status === 206) {
    await response.body?.cancel();
    whole = await request(url, fetch, null, signal);
    if (!whole.ok) throw await refusal(url, whole);
  }
  return createMemorySource(url, await bodyOf(url, whole, maxWholeBytes, signal));
}

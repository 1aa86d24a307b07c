/**
 * Files behind URLs, read by ranges. The first request asks for the first 64 kB, so that a small file costs one
 * request and a checkpoint's header usually none more. A server that ignores ranges sends the whole file: it is
 * kept in memory if it is not too large. Runs everywhere; `fetch` is handed in.
 */
import { concatBytes, describeBytes } from "../base/bytes.ts";
import { AppError, cancelled, isCancelled } from "../base/errors.ts";
import type { ByteSource, FileSet } from "./byteSource.ts";
import { createMemorySource } from "./memory.ts";
import { checkRange } from "./range.ts";

/** The platform's `fetch`, or a fake. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

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

async function request(
  url: string,
  fetch: Fetch,
  range: string | null,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const init: RequestInit = {
    // A compressed answer would make ranges mean bytes of the compressed file.
    headers: range === null ? {} : { Range: range, "Accept-Encoding": "identity" },
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    return await fetch(url, init);
  } catch (cause) {
    if (signal?.aborted || isCancelled(cause)) throw cancelled();
    throw new AppError("read-failed", `${url} could not be reached.`, {
      advice: "Check the connection and the address; a server elsewhere must also allow this page (CORS).",
      fields: { url },
      cause,
    });
  }
}

/** The body, which may not be longer than `maxBytes`. */
async function bodyOf(
  url: string,
  response: Response,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      loaded += part.value.byteLength;
      if (loaded > maxBytes) {
        await reader.cancel();
        throw tooLong(url, maxBytes);
      }
      chunks.push(part.value);
    }
  } catch (cause) {
    if (signal?.aborted || isCancelled(cause)) throw cancelled();
    if (cause instanceof AppError) throw cause;
    throw new AppError("read-failed", `The connection broke while ${url} was being read.`, {
      advice: "Try again.",
      fields: { url, loaded },
      cause,
    });
  }
  return concatBytes(chunks);
}

/** The file's length from `Content-Range: bytes 0-9/1234`; `null` where the server does not say or hides it. */
function totalLength(response: Response): number | null {
  const match = /\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "");
  return match === null ? null : Number(match[1]);
}

function isHtml(response: Response): boolean {
  return response.ok && /^text\/html\b/i.test(response.headers.get("Content-Type") ?? "");
}

async function refusal(url: string, response: Response): Promise<AppError> {
  await response.body?.cancel();
  return new AppError(
    "read-failed",
    `The server answered ${response.status} ${response.statusText} for ${url}.`,
    {
      advice:
        response.status === 401 || response.status === 403
          ? "The file may need a login or an access token."
          : "Try again later, or use a copy on this machine.",
      fields: { url, status: response.status },
    },
  );
}

function wrongLength(url: string, got: number, expected: number): AppError {
  return new AppError("read-failed", `${url} sent ${got} bytes where ${expected} were expected.`, {
    advice: "The file may have changed on the server meanwhile: open it again.",
    fields: { url, got, expected },
  });
}

function tooLong(url: string, maxBytes: number): AppError {
  return new AppError(
    "out-of-memory",
    `The server sent more of ${url} than was asked for, beyond ${describeBytes(maxBytes)}.`,
    {
      advice: "Its server does not answer range requests: download the file and open the copy.",
      fields: { url, maxBytes },
    },
  );
}

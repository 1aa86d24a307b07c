/**
 * One request and its answer, with failures in words. Shared by everything that speaks HTTP. Runs everywhere; `fetch` is
 * handed in.
 */
import { concatBytes, describeBytes } from "../base/bytes.ts";
import { AppError, cancelled, isCancelled } from "../base/errors.ts";

/** The platform's `fetch`, or a fake. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * @param range such as `bytes=0-9`; `null` asks for everything.
 * @param headers more of them, such as a token's.
 * @throws AppError `read-failed` when there is no answer at all, `cancelled`.
 */
export async function request(
  url: string,
  fetch: Fetch,
  range: string | null,
  signal: AbortSignal | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const init: RequestInit = {
    // A compressed answer would make ranges mean bytes of the compressed file.
    headers: range === null ? headers : { ...headers, Range: range, "Accept-Encoding": "identity" },
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    return await fetch(url, init);
  } catch (cause) {
    if (signal?.aborted || isCancelled(cause)) throw cancelled();
    if (cause instanceof AppError) throw cause;
    throw new AppError("read-failed", `${url} could not be reached.`, {
      advice: "Check the connection and the address; a server elsewhere must also allow this page (CORS).",
      fields: { url },
      cause,
    });
  }
}

/** The body, which may not be longer than `maxBytes`. @throws AppError `read-failed`, `out-of-memory`, `cancelled`. */
export async function bodyOf(
  url: string,
  response: Response,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyChunks(url, response, maxBytes, signal)) chunks.push(chunk);
  return concatBytes(chunks);
}

/** The body as it comes. @throws as `bodyOf`, for what comes after `maxBytes` too. */
export async function* bodyChunks(
  url: string,
  response: Response,
  maxBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let loaded = 0;
  try {
    for (let part = await inTime(reader.read()); !part.done; part = await inTime(reader.read())) {
      loaded += part.value.byteLength;
      if (loaded > maxBytes) throw tooLong(url, maxBytes);
      yield part.value;
    }
  } catch (cause) {
    if (signal?.aborted || isCancelled(cause)) throw cancelled();
    if (cause instanceof AppError) throw cause;
    throw new AppError("read-failed", `The connection broke while ${url} was being read.`, {
      advice: "Try again.",
      fields: { url, loaded, broken: true },
      cause,
    });
  } finally {
    // Whoever stops listening, for whatever reason, lets the connection go.
    await reader.cancel().catch(() => undefined);
  }
}

/** How long a server may be silent before it counts as gone. */
const SILENCE_MS = 60_000;

/** What is awaited, or a rejection after a silence too long. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing came for ${SILENCE_MS / 1000} s.`)), SILENCE_MS);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** The file's length from `Content-Range: bytes 0-9/1234`; `null` where the server does not say or hides it. */
export function totalLength(response: Response): number | null {
  const match = /\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "");
  return match === null ? null : Number(match[1]);
}

/** Where the part begins that `Content-Range: bytes 0-9/1234` tells; `null` where the server does not say or hides it. */
export function firstByte(response: Response): number | null {
  const match = /^bytes (\d+)-/.exec(response.headers.get("Content-Range") ?? "");
  return match === null ? null : Number(match[1]);
}

/** Whether a page came in a file's place. */
export function isHtml(response: Response): boolean {
  return response.ok && /^text\/html\b/i.test(response.headers.get("Content-Type") ?? "");
}

/** The error of an answer that is a refusal. */
export async function refusal(url: string, response: Response): Promise<AppError> {
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

/** The error of an answer that is too short or too long. */
export function wrongLength(url: string, got: number, expected: number): AppError {
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

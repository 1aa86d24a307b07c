/** A checkpoint's files of text, read whole; and what often lies in a file's place. Runs everywhere. */
import { describeBytes } from "../base/bytes.ts";
import { AppError } from "../base/errors.ts";
import type { FileSet } from "../storage/byteSource.ts";

/** The largest tokenizers have 35 MB. */
const MAX_BYTES = 100_000_000;

/** How a file that `impostor` recognised can be had after all. */
export const IMPOSTOR_ADVICE =
  "Something else was saved in its place: get it again (`git lfs pull` in a git clone; elsewhere check address and token).";

const PUBLISHED_ADVICE = "Get the file again from where the model was published.";

/** A small file of the folder as it stands, or `null`. @throws AppError `bad-format` for a huge one, `read-failed`, `cancelled`. */
export async function readSmallFile(
  files: FileSet,
  path: string,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const source = await files.open(path, signal);
  if (source === null) return null;
  if (source.byteLength > MAX_BYTES) {
    const size = describeBytes(source.byteLength);
    throw new AppError("bad-format", `${source.name} has ${size}, far more than such a file needs.`, {
      fields: { file: source.name, bytes: source.byteLength },
    });
  }
  return source.read(0, source.byteLength, signal);
}

/** The JSON in a file, or `null` when there is no such file. @throws AppError as `readSmallFile`. */
export async function readJson(files: FileSet, path: string, signal: AbortSignal): Promise<unknown> {
  const bytes = await readSmallFile(files, path, signal);
  return bytes === null ? null : parseJson(files, path, bytes);
}

/** As `readJson`, for what must be an object. @throws AppError as `readSmallFile`. */
export async function readJsonObject(
  files: FileSet,
  path: string,
  signal: AbortSignal,
): Promise<object | null> {
  const bytes = await readSmallFile(files, path, signal);
  if (bytes === null) return null;
  const json = parseJson(files, path, bytes);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  throw badJson(files, path, "is not a JSON object", PUBLISHED_ADVICE);
}

function parseJson(files: FileSet, path: string, bytes: Uint8Array): unknown {
  const found = impostor(bytes);
  if (found !== null) throw badJson(files, path, `is ${found}, not JSON`, IMPOSTOR_ADVICE);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw badJson(files, path, "is not JSON", PUBLISHED_ADVICE, cause);
  }
}

/** What a server or git left in a file's place, by its first bytes, in words; `null` for anything else. */
export function impostor(start: Uint8Array): string | null {
  const text = new TextDecoder().decode(start.subarray(0, 200)).trimStart();
  if (text.startsWith("<")) return "an HTML page";
  return text.startsWith("version https://git-lfs") ? "a Git LFS pointer" : null;
}

function badJson(files: FileSet, path: string, why: string, advice: string, cause?: unknown): AppError {
  return new AppError("bad-format", `${path} of ${files.name} ${why}.`, {
    advice,
    fields: { checkpoint: files.name, file: path },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What both caches of the hub's files hold true of keys, paths and the listings they keep. Pure. */
import { AppError } from "../../base/errors.ts";
import type { HubFile } from "./hubFiles.ts";

/** What can name content: SHA-256, or git's id. */
export const KEY = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A revision that can never stand for anything else. */
export const COMMIT = /^[0-9a-f]{40}$/;

/** A path that stays inside its folder. */
export const SAFE_PATH = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[^\\/\0][^\\\0]*$/;

/** Keys become names of files: only what can be a hash may be one. */
export function checkedKey({ key, path }: HubFile): string {
  if (KEY.test(key)) return key;
  throw new AppError("bad-format", `The hub names no hash for ${path}.`, { fields: { path } });
}

/** The files of a kept listing; `null` for anything that is not one. */
export function parseFiles(json: unknown): readonly HubFile[] | null {
  return Array.isArray(json) && json.every(isHubFile) ? json : null;
}

function isHubFile(entry: unknown): entry is HubFile {
  if (typeof entry !== "object" || entry === null) return false;
  const { path, key, byteLength, sha256 } = entry as Partial<Record<keyof HubFile, unknown>>;
  return (
    typeof path === "string" &&
    SAFE_PATH.test(path) &&
    typeof key === "string" &&
    KEY.test(key) &&
    Number.isSafeInteger(byteLength) &&
    Number(byteLength) >= 0 &&
    (sha256 === null || (sha256 === key && key.length === 64))
  );
}

/** Room is looked for before the first byte of a file moves, not after gigabytes. Pure. */
import { describeBytes } from "../../base/bytes.ts";
import { AppError } from "../../base/errors.ts";

/** @throws AppError `out-of-memory` where `neededBytes` more of the file at `path` are too many for `place`. */
export function checkRoom(
  path: string,
  neededBytes: number,
  freeBytes: number,
  place: { readonly name: string; readonly advice: string },
): void {
  if (neededBytes <= freeBytes) return;
  const words = `needs ${describeBytes(neededBytes)} of ${place.name}, which has room for ${describeBytes(freeBytes)}`;
  throw new AppError("out-of-memory", `${path} ${words}.`, {
    advice: place.advice,
    fields: { path, neededBytes, freeBytes },
  });
}

/** The check every byte source makes before it reads. Runs everywhere. */
import { AppError } from "../base/errors.ts";

/** @throws AppError `read-failed` unless 0 ≤ startByte ≤ endByte ≤ byteLength, all whole numbers. */
export function checkRange(name: string, byteLength: number, startByte: number, endByte: number): void {
  const whole = Number.isSafeInteger(startByte) && Number.isSafeInteger(endByte);
  if (whole && 0 <= startByte && startByte <= endByte && endByte <= byteLength) return;
  throw new AppError(
    "read-failed",
    `Bytes ${startByte} to ${endByte} of ${name} were asked for, but it has ${byteLength} bytes.`,
    {
      advice: "The file may be cut short: get it again.",
      fields: { name, startByte, endByte, byteLength },
    },
  );
}

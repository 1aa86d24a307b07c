/**
 * Errors as data. Every failure a person can meet is an `AppError`: a tag, the words, what the person can do,
 * and the fields a program needs. It becomes a plain `ErrorRecord` to cross the thread wall and comes back whole.
 * Runs everywhere; knows no room.
 */

/** What kind of thing went wrong; the page and the command line choose their way on by it. */
export type ErrorTag =
  | "usage" /** the request itself makes no sense: unknown name, value out of range */
  | "not-found" /** a file, checkpoint, task or repository is not there */
  | "read-failed" /** it is there, but its bytes could not be read */
  | "write-failed" /** a result could not be written */
  | "bad-format" /** its bytes are not what they claim to be */
  | "unsupported" /** well-formed, but nothing here can handle it */
  | "mismatch" /** two things that must agree do not: shapes, tokenizers, architectures */
  | "out-of-memory" /** it would not fit, or did not fit */
  | "device" /** the compute device failed or is lost */
  | "numerics" /** a computation gave no usable number */
  | "cancelled" /** the person stopped it */
  | "internal"; /** a defect of ours */

/** Typed details, such as `{ path, startByte }`. */
export type ErrorFields = Readonly<Record<string, string | number | boolean | null>>;

/** An `AppError` as a plain record: survives structured clone and JSON. */
export type ErrorRecord = {
  readonly tag: ErrorTag;
  /** What happened, and to what. One sentence. */
  readonly message: string;
  /** What the person can do about it; `null` where nothing helps. */
  readonly advice: string | null;
  readonly fields: ErrorFields;
  readonly cause: ErrorRecord | null;
};

/** The only error class of the project. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly tag: ErrorTag;
  readonly advice: string | null;
  readonly fields: ErrorFields;

  constructor(
    tag: ErrorTag,
    message: string,
    options: { readonly advice?: string; readonly fields?: ErrorFields; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.tag = tag;
    this.advice = options.advice ?? null;
    this.fields = options.fields ?? {};
  }
}

/** Any thrown value as a record; what is not an `AppError` is a defect of ours and tagged `internal`. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof AppError) {
    return {
      tag: thrown.tag,
      message: thrown.message,
      advice: thrown.advice,
      fields: thrown.fields,
      cause: thrown.cause === undefined ? null : toErrorRecord(thrown.cause),
    };
  }
  if (isAbort(thrown)) return toErrorRecord(cancelled());
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { tag: "internal", message, advice: null, fields: {}, cause: null };
}

/** The record's error again, on the other side of a wall. */
export function fromErrorRecord(record: ErrorRecord): AppError {
  return new AppError(record.tag, record.message, {
    fields: record.fields,
    ...(record.advice === null ? {} : { advice: record.advice }),
    ...(record.cause === null ? {} : { cause: fromErrorRecord(record.cause) }),
  });
}

/** The error of work that the person stopped. */
export function cancelled(): AppError {
  return new AppError("cancelled", "The work was stopped before it was done.");
}

/** Whether this is the person's own stop, in any of its shapes. */
export function isCancelled(thrown: unknown): boolean {
  return (thrown instanceof AppError && thrown.tag === "cancelled") || isAbort(thrown);
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "AbortError";
}

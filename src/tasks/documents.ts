/** Reading fields of a document, so that a prompt is never made of what is not there. Pure. */
import { AppError } from "../base/errors.ts";
import type { Doc } from "./benchmark.ts";

/** The text of a field; numbers as they print. @throws AppError `bad-format` naming the field. */
export function textOf(doc: Doc, field: string): string {
  const value = doc[field];
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw missing(field, "a text", value);
}

/** A whole number, also where it is written as text. @throws AppError `bad-format` naming the field. */
export function integerOf(doc: Doc, field: string): number {
  const value = doc[field];
  const number = typeof value === "string" && /^\d+$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number)) return number;
  throw missing(field, "a whole number", value);
}

/** A list of texts. @throws AppError `bad-format` naming the field. */
export function textsOf(doc: Doc, field: string): readonly string[] {
  const value = doc[field];
  if (Array.isArray(value) && value.every((one) => typeof one === "string" || typeof one === "number"))
    return value.map(String);
  throw missing(field, "a list of texts", value);
}

/** Index of a letter among A, B, C, …; also where the index itself is given. @throws AppError `bad-format`. */
export function letterIndex(doc: Doc, field: string): number {
  const value = doc[field];
  if (typeof value === "number" && Number.isInteger(value)) return value;
  const text = typeof value === "string" ? value.trim() : "";
  if (/^[A-Z]$/.test(text)) return text.charCodeAt(0) - 65;
  if (/^\d+$/.test(text)) return Number(text);
  throw missing(field, "a letter", value);
}

/** That a field is not what it should be. */
export function missing(field: string, wanted: string, value: unknown): AppError {
  const found = value === undefined ? "is missing" : `is ${short(value)}`;
  return new AppError("bad-format", `its field "${field}" should be ${wanted}, and ${found}.`, {
    advice: "Use the set's published files, or rows with the field names of its version on the hub.",
    fields: { field },
  });
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

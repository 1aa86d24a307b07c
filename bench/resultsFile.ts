/** `bench/RESULTS.md` is written by several commands: each replaces its own part, from its heading to the next one. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PATH = fileURLToPath(new URL("./RESULTS.md", import.meta.url));

/** The text with the part that begins with this part's first line, a heading of the first level, replaced or added. */
export function replacePart(text: string, part: string): string {
  const parts = text.split(/^(?=# )/m).filter((one) => one.trim() !== "");
  const heading = part.split("\n", 1)[0];
  const at = parts.findIndex((one) => one.split("\n", 1)[0] === heading);
  const next = at < 0 ? [...parts, part] : parts.with(at, part);
  return `${next.map((one) => one.trim()).join("\n\n")}\n`;
}

/** Writes one part into the file and leaves the others. */
export function writePart(part: string): void {
  writeFileSync(PATH, replacePart(readFileSync(PATH, "utf8"), part));
}

/** A report of studies written into a new or empty folder: all of it, or nothing. Node. */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseHTML } from "linkedom";
import { AppError } from "../base/errors.ts";
import type { StudyResult } from "../domain/studyResult.ts";
import { reportFiles } from "../report/reportFiles.ts";
import type { StudyRecipe } from "../report/studyRecipe.ts";
import { checkVacant } from "../storage/node/nodeFolder.ts";

/** @returns the files' names. @throws AppError `usage` for a folder with something in it; `write-failed`. */
export async function writeReport(
  folder: string,
  studies: readonly { readonly result: StudyResult }[],
  recipe: StudyRecipe,
): Promise<readonly string[]> {
  await checkVacant(folder);
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const files = reportFiles(
    {
      studies: studies.map(({ result }) => result),
      recipe,
      version: recipe.version,
      command: "mergescope study --recipe recipe.json",
    },
    document,
  );
  const draft = `${resolve(folder)}.part`;
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    for (const { name, text } of files) await writeFile(join(draft, name), text);
    await mkdir(dirname(resolve(folder)), { recursive: true });
    // An empty folder of this name may be there already.
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw new AppError("write-failed", `The report cannot be written to ${folder}.`, {
      advice: "Choose another folder.",
      cause,
    });
  }
  return files.map(({ name }) => name);
}

/** The report of what was run, as one page that needs nothing else. */
import { version } from "../../../package.json";
import { AppError } from "../../base/errors.ts";
import type { OutcomeRecord, StudyName, StudyResult, StudySettings } from "../../domain/studyResult.ts";

type Run = { readonly result: StudyResult; readonly outcomes: readonly OutcomeRecord[] };

/** Runs under other settings are left out. @throws AppError `internal` for a report without its page. */
export async function reportPage(
  names: readonly StudyName[],
  entries: Readonly<Record<string, Run>>,
  settings: StudySettings,
): Promise<Blob> {
  const { reportFiles } = await import("../../report/reportFiles.ts");
  const { studyRecipe } = await import("../../report/studyRecipe.ts");
  const same = Object.values(entries).filter(
    ({ result }) => JSON.stringify(result.settings) === JSON.stringify(settings),
  );
  const runs = names.flatMap((name) => same.find(({ result }) => result.name === name) ?? []);
  const files = reportFiles(
    {
      studies: runs.map(({ result }) => result),
      recipe: studyRecipe(settings, runs, version),
      version,
      command: `mergescope study ${runs.map(({ result }) => result.name).join(",")}`,
    },
    document,
  );
  const page = files.find(({ name }) => name === "index.html");
  if (page === undefined) throw new AppError("internal", "The report has no page.");
  return new Blob([page.text], { type: "text/html" });
}

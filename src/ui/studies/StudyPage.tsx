/** One study: the papers' claim, what this run shows and does not show, figures and tables. */
import { useMemo } from "react";
import type { StudyDescription } from "../../domain/studyResult.ts";
import { currentStudyRun } from "../../store/studies.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useWaysOn } from "../useWaysOn.ts";
import { RegionItems } from "./RegionItems.tsx";
import { StudyFigureView } from "./StudyFigureView.tsx";
import { StudyTableView } from "./StudyTableView.tsx";
import { useStudySettings } from "./useStudySettings.ts";

/** The page; before the study was run it says what would appear. */
export function StudyPage({ study }: { readonly study: StudyDescription }) {
  const run = useApp((state) => currentStudyRun(state, study.name));
  const status = useApp((state) => state.studies.status);
  const running = useApp((state) => state.studies.running);
  const settings = useStudySettings();
  const { runPaperStudies } = useActions();
  const ways = useWaysOn(() => void runPaperStudies([study.name]));
  const command = useMemo(
    () => (settings === null ? "" : commandOf(study.name, settings.limit)),
    [study, settings],
  );
  return (
    <article className="study-page">
      {status.kind === "failed" && running === study.name ? (
        <ErrorNotice error={status.error} ways={ways} />
      ) : null}
      <dl className="sentences">
        <dt>The papers say</dt>
        <dd>{study.claim}</dd>
        <dt>This run shows</dt>
        <dd>{run?.result.shows ?? "Nothing yet: run the study to see."}</dd>
        {run === null ? null : (
          <>
            <dt>It does not show</dt>
            <dd>{run.result.not}</dd>
          </>
        )}
      </dl>
      {run === null ? null : (
        <>
          <div className="study-figures">
            {run.result.figures.map((figure) => (
              <StudyFigureView key={figure.title} figure={figure} />
            ))}
          </div>
          <RegionItems />
          {run.result.tables.map((table) => (
            <StudyTableView key={table.title} table={table} file={study.name} />
          ))}
          {run.result.notes.length === 0 ? null : (
            <ul className="study-notes">
              {run.result.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </>
      )}
      <p className="quiet">
        The same on the command line: <code>{command}</code>
      </p>
    </article>
  );
}

function commandOf(name: string, limit: number | null): string {
  return `mergescope study ${name}${limit === null ? "" : ` --limit ${limit}`}`;
}

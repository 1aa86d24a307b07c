/** The studies of the papers, in the search's place: the list, and the one that is picked. */
import { Download, Play, X } from "lucide-react";
import { STUDY_NAMES, type StudyDescription, type StudyName } from "../../domain/studyResult.ts";
import { IDLE, isBusy } from "../../store/status.ts";
import { currentStudyRun, currentStudyRuns } from "../../store/studies.ts";
import { Panel } from "../components/Panel.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";
import { reportPage } from "./reportPage.ts";
import { StudyPage } from "./StudyPage.tsx";
import { useStudySettings } from "./useStudySettings.ts";

/** The whole view; shown while a study is picked. */
export function StudiesView() {
  const list = useApp((state) => state.studies.list);
  const shown = useApp((state) => state.studies.shown);
  const status = useApp((state) => state.studies.status);
  const picked = list?.find(({ name }) => name === shown) ?? null;
  return (
    <main>
      <div className="screen studies-view">
        <Panel area="studies" title="Studies of the papers" status={IDLE}>
          <div className="row study-tools">
            <ListTools />
          </div>
          {list === null ? <p className="quiet pad">reading the list</p> : <StudyList list={list} />}
        </Panel>
        <Panel
          area="study"
          title={picked?.title ?? "Study"}
          status={status}
          note={picked === null ? null : <span>{picked.source}</span>}
          tools={picked === null ? null : <StudyTools name={picked.name} />}
        >
          {picked === null ? null : <StudyPage study={picked} />}
        </Panel>
      </div>
    </main>
  );
}

function StudyList({ list }: { readonly list: readonly StudyDescription[] }) {
  const shown = useApp((state) => state.studies.shown);
  const running = useApp((state) => (isBusy(state.studies.status) ? state.studies.running : null));
  const done = useApp((state) =>
    STUDY_NAMES.filter((name) => currentStudyRun(state, name) !== null).join(" "),
  ).split(" ");
  const { showStudy } = useActions();
  return (
    <ul className="study-list">
      {list.map(({ name, title, source }) => (
        <li key={name}>
          <button
            type="button"
            className="study-entry"
            aria-current={name === shown ? "page" : undefined}
            onClick={() => void showStudy(name)}
          >
            <b>{title}</b>
            <span className="quiet">{source}</span>
            <span className="quiet">{name === running ? "running" : done.includes(name) ? "done" : ""}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function ListTools() {
  const status = useApp((state) => state.studies.status);
  const done = useApp((state) => currentStudyRuns(state).length);
  const missing = useApp((state) =>
    STUDY_NAMES.filter((name) => currentStudyRun(state, name) === null).join(" "),
  );
  const runs = useApp((state) => state.studies.entries);
  const settings = useStudySettings();
  const { runPaperStudies, showStudy, saveReport } = useActions();
  const names = missing.split(" ").filter((name) => name !== "") as readonly StudyName[];
  return (
    <>
      {isBusy(status) || names.length === 0 ? null : (
        <button type="button" className="button" onClick={() => void runPaperStudies(names)}>
          <Play size={13} aria-hidden="true" /> run {done === 0 ? "all" : `the other ${names.length}`}
        </button>
      )}
      {done === 0 || settings === null ? null : (
        <button
          type="button"
          className="button"
          onClick={() => void reportPage(STUDY_NAMES, runs, settings).then(saveReport)}
        >
          <Download size={13} aria-hidden="true" /> report of {done}
        </button>
      )}
      <button type="button" className="button" onClick={() => void showStudy(null)}>
        <X size={13} aria-hidden="true" /> back to the run
      </button>
    </>
  );
}

function StudyTools({ name }: { readonly name: StudyName }) {
  const status = useApp((state) => state.studies.status);
  const running = useApp((state) => state.studies.running);
  const isDone = useApp((state) => currentStudyRun(state, name) !== null);
  const { runPaperStudies, cancelPaperStudy } = useActions();
  if (isBusy(status))
    return (
      <>
        {running === name ? null : <span className="quiet">{running} is running</span>}
        <WorkNote status={status} onCancel={cancelPaperStudy} />
      </>
    );
  return (
    <button type="button" className="button primary" onClick={() => void runPaperStudies([name])}>
      <Play size={13} aria-hidden="true" /> {isDone ? "run again" : "run this study"}
    </button>
  );
}

/** The page: one screen, its panels in a grid, the keys that work everywhere. */
import { Tooltip } from "radix-ui";
import { useCallback, useMemo, useRef, useState } from "react";
import type { App as Store } from "../store/app.ts";
import type { PickedFile } from "../store/folders.ts";
import { isBusy } from "../store/status.ts";
import { currentStudy } from "../store/study.ts";
import { LOOKED_BYTES, looksLikeScores } from "../store/tableFile.ts";
import { areTaskFiles } from "../store/taskFiles.ts";
import { ErrorNotice } from "./components/ErrorNotice.tsx";
import { LabPanel } from "./lab/LabPanel.tsx";
import { ItemsPanel } from "./panels/ItemsPanel.tsx";
import { LandscapePanel } from "./panels/LandscapePanel.tsx";
import { PairsPanel } from "./panels/PairsPanel.tsx";
import { TopBar } from "./panels/TopBar.tsx";
import { TrajectoryPanel } from "./panels/TrajectoryPanel.tsx";
import { TrialsPanel } from "./panels/TrialsPanel.tsx";
import { VerdictPanel } from "./panels/VerdictPanel.tsx";
import { type ShortcutActions, useShortcuts } from "./shortcuts.ts";
import { StudiesView } from "./studies/StudiesView.tsx";
import { TableView } from "./table/TableView.tsx";
import { AppContext, useActions, useApp } from "./useApp.ts";
import { useFolderDrop } from "./useFolderDrop.ts";
import { useThemeOnDocument } from "./useTheme.ts";

/** The page over a store. */
export function App({ app }: { readonly app: Store }) {
  return (
    <AppContext value={app}>
      <Tooltip.Provider delayDuration={250} skipDelayDuration={100}>
        <Page app={app} />
      </Tooltip.Provider>
    </AppContext>
  );
}

function Page({ app }: { readonly app: Store }) {
  useThemeOnDocument();
  const task = useRef<HTMLSelectElement>(null);
  const [listing, setListing] = useState(false);
  const shortcuts = useMemo(
    (): ShortcutActions => ({
      runOrPause() {
        const entry = currentStudy(app.store.getState());
        if (entry !== null && isBusy(entry.status)) app.actions.pauseStudy();
        else void app.actions.runStudy();
      },
      step: app.actions.moveStep,
      find: () => task.current?.focus(),
      list: () => setListing((open) => !open),
    }),
    [app],
  );
  useShortcuts(shortcuts);
  const drop = useCallback(
    (read: () => Promise<readonly PickedFile[]>) => {
      void takeDrop(app, read);
    },
    [app],
  );
  const hanging = useFolderDrop(drop);
  const hasTable = useApp((state) => state.table.table !== null);
  const hasStudy = useApp((state) => state.studies.shown !== null);
  return (
    <div className="page">
      <TopBar taskRef={task} shortcutsOpen={listing} onShortcuts={setListing} />
      <Notices />
      {hasTable ? <TableView /> : hasStudy ? <StudiesView /> : <RunView />}
      {hanging ? (
        <div className="drop-veil">
          <p className="large">
            Drop folders of checkpoints, files of a task, or a table of scores here. Nothing is uploaded.
          </p>
        </div>
      ) : null}
    </div>
  );
}

function RunView() {
  return (
    <main>
      <div className="screen">
        <TrajectoryPanel />
        <LandscapePanel />
        <PairsPanel />
        <VerdictPanel />
        <TrialsPanel />
        <ItemsPanel />
      </div>
      <LabPanel />
    </main>
  );
}

/** A table of scores opens by itself, files of a task go to the panel of tasks, everything else to that of runs. */
async function takeDrop(app: Store, read: () => Promise<readonly PickedFile[]>): Promise<void> {
  // Read once; what cannot be read is told by the panel that the files go to.
  const reading = read();
  const files = await reading.catch(() => []);
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) {
    const beginning = await only.file.slice(0, LOOKED_BYTES).text();
    if (looksLikeScores(only.path, beginning))
      return app.actions.openTable(only.path, await only.file.text());
  }
  const isTask = areTaskFiles(files);
  app.actions.showOpener(!isTask);
  app.actions.showTasks(isTask);
  await (isTask ? app.actions.addTaskFiles : app.actions.addFiles)(() => reading);
}

/** What concerns the whole page: a device or a run that could not be had, an address that could not be followed. */
function Notices() {
  const device = useApp((state) => state.device);
  const runError = useApp(({ run }) => run.error);
  const notices = useApp(({ view }) => view.notices);
  const actions = useActions();
  const again = { label: "try again", act: () => void actions.startDevice(device.choice) };
  const wasm = { label: "use wasm instead", act: () => void actions.startDevice("wasm") };
  const reload = { label: "reload the page", act: () => location.reload() };
  const waysOn = device.choice === "wasm" ? [again, reload] : [again, wasm, reload];
  // A thread that is gone fails both in the same words; once is enough.
  const sameError = runError?.message === device.error?.message;
  return (
    <div className="notices">
      {device.error === null ? null : <ErrorNotice error={device.error} ways={waysOn} />}
      {runError === null || sameError ? null : (
        <ErrorNotice error={runError} ways={[{ label: "try again", act: () => void actions.openDemo() }]} />
      )}
      {notices.length === 0 ? null : (
        <div className="notice" role="status">
          <span>{notices.join(" ")}</span>
          <button type="button" className="link" onClick={actions.dismissNotices}>
            dismiss
          </button>
        </div>
      )}
    </div>
  );
}

/** Puts the slices together and starts them: shipped results first, the engine meanwhile. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { SearchSettings } from "../domain/surrogate.ts";
import { type BranchActions, createBranchActions } from "./branches.ts";
import { type ChoiceActions, createChoiceActions } from "./choice.ts";
import type { Context, Effects, Patch } from "./context.ts";
import { createDeviceActions, type DeviceActions } from "./device.ts";
import { createExportActions, type ExportActions } from "./exportMerge.ts";
import { createFoldersActions, type FoldersActions } from "./folders.ts";
import { createGameActions, type GameActions, gameQuery } from "./game.ts";
import { createHowManyActions, type HowManyActions } from "./howMany.ts";
import { createHubActions, type HubActions } from "./hub.ts";
import { createItemsActions, type ItemsActions } from "./items.ts";
import { createKeptActions, type KeptActions } from "./kept.ts";
import {
  NO_GAME,
  NO_HOW_MANY,
  NO_METHODS,
  NO_PLACED,
  NO_REPLAY,
  NO_STUDIES,
  NO_SURFACE,
  NO_TABLE,
  NO_WHAT_IF,
} from "./labState.ts";
import { endLive } from "./live.ts";
import { createMatrixActions, type MatrixActions } from "./matrix.ts";
import { createMethodsActions, type MethodsActions } from "./methods.ts";
import { createPlacedActions, type PlacedActions } from "./placed.ts";
import { createQueue } from "./queue.ts";
import { createRecall } from "./recall.ts";
import { createReplayActions, type ReplayActions } from "./replay.ts";
import { createResultsActions, type ResultsActions } from "./results.ts";
import { createRunActions, followAddress, isDemo, type RunActions } from "./run.ts";
import { formatRunLink, parseRunLink } from "./runLink.ts";
import { adoptShipped } from "./shipped.ts";
import {
  type AppState,
  FIRST_VIEW,
  NO_CHOICE,
  NO_DEVICE,
  NO_EXPORT,
  NO_FOLDERS,
  NO_HUB,
  NO_ITEMS,
  NO_KEPT,
  NO_LIVE,
  NO_MATRIX,
  NO_RESULTS,
  NO_RUN,
  NO_STUDY,
  NO_SUBJECT,
  NO_SWEEP,
  NO_TASKS,
  NO_TRAJECTORY,
  NO_VERDICT,
} from "./state.ts";
import { createStudiesActions, parseStudyName, type StudiesActions, studyQuery } from "./studies.ts";
import { createStudyActions, currentStudy, type StudyActions } from "./study.ts";
import { createSubjectActions, type SubjectActions } from "./subject.ts";
import { createSurfaceActions, type SurfaceActions } from "./surface.ts";
import { createSweepActions, type SweepActions } from "./sweep.ts";
import { createTableActions, type TableActions, tableQuery } from "./table.ts";
import { createTasksActions, type TasksActions } from "./tasks.ts";
import { createTrajectoryActions, type TrajectoryActions } from "./trajectory.ts";
import { formatAddress, formatChoice, parseAddress, parseBackend, withoutRun } from "./url.ts";
import { createVerdictActions, type VerdictActions } from "./verdict.ts";
import { createViewActions, rememberedTheme, type ViewActions } from "./view.ts";
import { createWhatIfActions, type WhatIfActions } from "./whatIf.ts";

/** Everything a panel may ask for. */
export type Actions = DeviceActions &
  RunActions &
  HubActions &
  FoldersActions &
  ChoiceActions &
  KeptActions &
  ResultsActions &
  TasksActions &
  SubjectActions &
  TrajectoryActions &
  StudyActions &
  BranchActions &
  WhatIfActions &
  ReplayActions &
  GameActions &
  TableActions &
  SurfaceActions &
  PlacedActions &
  HowManyActions &
  StudiesActions &
  MethodsActions &
  SweepActions &
  MatrixActions &
  VerdictActions &
  ExportActions &
  ItemsActions &
  ViewActions;

/** The page's store: state to read and watch, actions to ask for. */
export type App = {
  readonly store: Pick<StoreApi<AppState>, "getState" | "subscribe">;
  readonly actions: Actions;
  /** Reads the shipped results and starts the engine; resolves when both have answered. */
  readonly start: () => Promise<void>;
};

/** A store over these effects; nothing is asked of them before `start`. */
export function createApp(effects: Effects): App {
  const store = createStore<AppState>(() => firstState(effects));
  const patch: Patch = (noun, change) =>
    store.setState((state) => ({ [noun]: { ...state[noun], ...change } }) as Partial<AppState>);
  const context: Context = { get: store.getState, patch, effects, queue: createQueue() };
  const verdict = createVerdictActions(context);
  const study = createStudyActions(context, async () => {
    if (currentStudy(store.getState())?.record.heldout === null) await verdict.measureHeldout();
  });
  const whatIf = createWhatIfActions(context);
  const replay = createReplayActions(context);
  const game = createGameActions(context);
  const table = createTableActions(context);
  const placed = createPlacedActions(context);
  const howMany = createHowManyActions(context);
  const studies = createStudiesActions(context);
  const methods = createMethodsActions(context);
  const sweep = createSweepActions(context);
  const items = createItemsActions(context);
  const trajectory = createTrajectoryActions(context);
  const matrix = createMatrixActions(context);
  /** Holds what belongs to the present pair; coming back to it finds it. */
  const leavePair = (): void => {
    study.pauseStudy();
    sweep.cancelSweep();
    verdict.cancelHeldout();
    items.closeItems();
    endLive(context);
    whatIf.endWhatIf();
    replay.cancelReplay();
    game.endGame();
    placed.cancelPlacing();
    patch("view", { step: null, cursor: null });
  };
  const subject = createSubjectActions(context, leavePair);
  const device = createDeviceActions(context);
  const run = createRunActions(context, () => {
    leavePair();
    trajectory.cancelTrajectory();
    howMany.cancelNeighbours();
    methods.cancelMethod();
    studies.cancelPaperStudy();
    matrix.cancelMatrix();
  });
  const choice = createChoiceActions(context, run.openCheckpoints);
  return {
    store,
    actions: {
      openDemo: run.openDemo,
      ...device,
      ...createHubActions(context),
      ...createFoldersActions(context, choice.addCheckpoints),
      ...choice,
      ...createKeptActions(context),
      ...createResultsActions(context),
      ...createTasksActions(context, subject.pickTask),
      ...subject,
      ...study,
      ...whatIf,
      ...replay,
      ...game,
      ...table,
      ...createSurfaceActions(context),
      ...placed,
      ...howMany,
      ...studies,
      ...methods,
      ...createBranchActions(context, { runStudy: study.runStudy, endWhatIf: whatIf.endWhatIf }),
      ...sweep,
      ...items,
      ...verdict,
      ...createExportActions(context),
      ...trajectory,
      ...matrix,
      ...createViewActions(context),
    },
    async start() {
      const asked = effects.address.read();
      const link = parseRunLink(asked);
      const engine = device.startDevice(store.getState().device.choice).then(run.openDemo);
      await adoptShipped(context);
      if (store.getState().run.info === null) await engine;
      const usual = store.getState().subject.settings;
      const { info } = store.getState().run;
      if (info !== null && isDemo(info))
        followAddress(context, parseAddress(link.kind === "hub" ? withoutRun(asked) : asked, info));
      if (link.kind === "hub") choice.followLink(link.checkpoints, asked);
      const shared = new URLSearchParams(asked).get("game");
      if (shared !== null) game.takeGame(shared);
      const scores = new URLSearchParams(asked).get("table");
      const reading = scores === null ? null : table.takeTable(scores);
      const study = parseStudyName(new URLSearchParams(asked).get("study") ?? "");
      if (study !== null) void studies.showStudy(study);
      const recall = createRecall(context, usual);
      recall(store.getState());
      store.subscribe(recall);
      writeAddress(context, usual);
      store.subscribe(() => writeAddress(context, usual));
      await Promise.all([engine, reading]);
    },
  };
}

function firstState({ address, preferences }: Effects): AppState {
  return {
    run: NO_RUN,
    hub: NO_HUB,
    folders: NO_FOLDERS,
    choice: NO_CHOICE,
    kept: NO_KEPT,
    device: { ...NO_DEVICE, choice: parseBackend(address.read()) },
    subject: NO_SUBJECT,
    trajectory: NO_TRAJECTORY,
    study: NO_STUDY,
    whatIf: NO_WHAT_IF,
    replay: NO_REPLAY,
    game: NO_GAME,
    table: NO_TABLE,
    surface: NO_SURFACE,
    placed: NO_PLACED,
    howMany: NO_HOW_MANY,
    studies: NO_STUDIES,
    methods: NO_METHODS,
    sweep: NO_SWEEP,
    matrix: NO_MATRIX,
    verdict: NO_VERDICT,
    export: NO_EXPORT,
    items: NO_ITEMS,
    live: NO_LIVE,
    tasks: NO_TASKS,
    results: NO_RESULTS,
    view: { ...FIRST_VIEW, theme: rememberedTheme(preferences.read) },
  };
}

/** `usual` are the settings that an address without any means. */
function writeAddress({ get, effects }: Context, usual: SearchSettings): void {
  const { run, subject, device, choice, view, game, table, studies } = get();
  // A link stays as it is until what it asks for is open, so that the page can be loaded again.
  if (run.info === null || choice.link !== null) return;
  const looked = view.opener && choice.looking ? formatRunLink(choice.checkpoints) : null;
  const state =
    looked === null || looked.length === 0
      ? formatAddress({ ...subject, backend: device.choice }, run.info, usual)
      : formatChoice(looked, device.choice);
  const extras = { game: gameQuery(game), table: tableQuery(table), study: studyQuery(studies) };
  const query = Object.entries(extras).reduce(
    (text, [name, value]) =>
      value === null ? text : `${text}${text === "?" ? "" : "&"}${name}=${encodeURIComponent(value)}`,
    state,
  );
  if (query !== effects.address.read()) effects.address.write(query);
}

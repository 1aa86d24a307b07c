/** Puts the slices together and starts them: shipped results first, the engine meanwhile. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { SearchSettings } from "../domain/surrogate.ts";
import type { Context, Effects, Patch } from "./context.ts";
import { createDeviceActions, type DeviceActions } from "./device.ts";
import { createItemsActions, type ItemsActions } from "./items.ts";
import { createMatrixActions, type MatrixActions } from "./matrix.ts";
import { createQueue } from "./queue.ts";
import { createRunActions, type RunActions } from "./run.ts";
import { adoptShipped } from "./shipped.ts";
import {
  type AppState,
  FIRST_VIEW,
  NO_DEVICE,
  NO_ITEMS,
  NO_MATRIX,
  NO_RUN,
  NO_STUDY,
  NO_SUBJECT,
  NO_SWEEP,
  NO_TRAJECTORY,
  NO_VERDICT,
} from "./state.ts";
import { createStudyActions, currentStudy, type StudyActions } from "./study.ts";
import { createSubjectActions, type SubjectActions } from "./subject.ts";
import { createSweepActions, type SweepActions } from "./sweep.ts";
import { createTrajectoryActions, type TrajectoryActions } from "./trajectory.ts";
import { formatAddress, parseAddress, parseBackend } from "./url.ts";
import { createVerdictActions, type VerdictActions } from "./verdict.ts";
import { createViewActions, rememberedTheme, type ViewActions } from "./view.ts";

/** Everything a panel may ask for. */
export type Actions = DeviceActions &
  RunActions &
  SubjectActions &
  TrajectoryActions &
  StudyActions &
  SweepActions &
  MatrixActions &
  VerdictActions &
  ItemsActions &
  ViewActions;

/** The page's store: state to read and watch, actions to ask for. */
export type App = {
  readonly store: Pick<StoreApi<AppState>, "getState" | "subscribe">;
  readonly actions: Actions;
  /** Reads the shipped results and starts the engine; resolves when both have answered. */
  readonly start: () => Promise<void>;
};

/** How many of the newest checkpoints the heat map compares when no shipped one says which. */
const MATRIX_CHECKPOINTS = 13;

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
  const sweep = createSweepActions(context);
  const items = createItemsActions(context);
  const subject = createSubjectActions(context, () => {
    study.pauseStudy();
    sweep.cancelSweep();
    verdict.cancelHeldout();
    items.closeItems();
    patch("view", { step: null, cursor: null });
  });
  const [run, device] = [createRunActions(context), createDeviceActions(context)];
  return {
    store,
    actions: {
      ...run,
      ...device,
      ...subject,
      ...study,
      ...sweep,
      ...items,
      ...verdict,
      ...createTrajectoryActions(context),
      ...createMatrixActions(context),
      ...createViewActions(context),
    },
    async start() {
      const asked = effects.address.read();
      const engine = device.startDevice(store.getState().device.choice).then(run.openRun);
      await adoptShipped(context);
      if (store.getState().run.info === null) await engine;
      const usual = store.getState().subject.settings;
      adoptAddress(context, asked);
      writeAddress(context, usual);
      store.subscribe(() => writeAddress(context, usual));
      await engine;
    },
  };
}

function firstState({ address, preferences }: Effects): AppState {
  return {
    run: NO_RUN,
    device: { ...NO_DEVICE, choice: parseBackend(address.read()) },
    subject: NO_SUBJECT,
    trajectory: NO_TRAJECTORY,
    study: NO_STUDY,
    sweep: NO_SWEEP,
    matrix: NO_MATRIX,
    verdict: NO_VERDICT,
    items: NO_ITEMS,
    view: { ...FIRST_VIEW, theme: rememberedTheme(preferences.read) },
  };
}

/** Takes what the address asks for, over what is there, and the run's own defaults where nothing is. */
function adoptAddress({ get, patch }: Context, query: string): void {
  const { run, subject, matrix, view } = get();
  if (run.info === null) return;
  const asked = parseAddress(query, run.info);
  patch("subject", {
    task: asked.task ?? subject.task ?? run.info.defaultTask,
    metric: asked.metric,
    pair: asked.pair ?? subject.pair ?? run.info.defaultPair,
    limit: asked.limit,
    settings: { ...subject.settings, ...asked.settings },
  });
  if (matrix.checkpoints.length === 0) {
    const checkpoints = run.info.checkpoints.slice(-MATRIX_CHECKPOINTS).map(({ name }) => name);
    patch("matrix", { checkpoints });
  }
  if (asked.notices.length > 0) patch("view", { notices: [...view.notices, ...asked.notices] });
}

/** `usual` are the settings that an address without any means. */
function writeAddress({ get, effects }: Context, usual: SearchSettings): void {
  const { run, subject, device } = get();
  if (run.info === null) return;
  const query = formatAddress({ ...subject, backend: device.choice }, run.info, usual);
  if (query !== effects.address.read()) effects.address.write(query);
}

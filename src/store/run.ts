/**
 * The run whose checkpoints are explored: the demo, or checkpoints of one's own. Results stay with their questions, so
 * that coming back to a run finds it as it was left.
 */
import { toErrorRecord } from "../base/errors.ts";
import type { RunInfo } from "../domain/checkpoint.ts";
import type { EngineMethods } from "../rpc/protocol.ts";
import type { Context } from "./context.ts";
import { type MatrixState, NO_CHOICE, NO_SUBJECT, type SubjectState } from "./state.ts";
import { IDLE, type Status } from "./status.ts";
import { settingsFor } from "./subject.ts";
import { type AddressRequest, parseAddress } from "./url.ts";

/** Actions on the run. */
export type RunActions = {
  /** Shows the demo; what its shipped results said of it is replaced by what the engine says. */
  readonly openDemo: () => Promise<void>;
};

/** What only the store's own slices ask for. */
export type RunOpening = RunActions & {
  readonly openCheckpoints: (
    checkpoints: readonly string[],
    onStatus: (status: Status) => void,
  ) => Promise<void>;
};

/** How many of the newest checkpoints the heat map compares when nothing says which. */
const MATRIX_CHECKPOINTS = 13;

type Left = { readonly subject: SubjectState; readonly matrix: MatrixState };

/** The run's actions over a context; `endWork` holds what is under way for the run that is left. */
export function createRunActions(context: Context, endWork: () => void): RunOpening {
  const { get, patch, effects } = context;
  const left = new Map<string, Left>();
  let generation = 0;

  const show = (info: RunInfo): void => {
    const { run, subject, matrix } = get();
    const isSame = run.info !== null && keyOf(run.info) === keyOf(info);
    if (!isSame && run.info !== null) {
      endWork();
      left.set(keyOf(run.info), { subject, matrix });
      const found = left.get(keyOf(info));
      const { settings, limit } = subject;
      patch("subject", found?.subject ?? { ...NO_SUBJECT, settings, limit });
      patch("matrix", { checkpoints: found?.matrix.checkpoints ?? [] });
    }
    patch("run", { info, error: null });
  };

  /** Asks the engine for a run; only the newest answer is looked at. */
  const ask = async <M extends "openDemo" | "openRun">(
    method: M,
    request: EngineMethods[M]["request"],
    onStatus: (status: Status) => void,
  ): Promise<void> => {
    const mine = ++generation;
    onStatus({ kind: "working", progress: null });
    try {
      const job = { signal: new AbortController().signal, emit: () => undefined };
      const info = await effects.engine.call(method, request, job);
      if (mine !== generation) return onStatus(IDLE);
      const { link } = get().choice;
      onStatus(IDLE);
      show(info);
      if (method === "openRun") {
        patch("choice", NO_CHOICE);
        patch("view", { opener: false });
      }
      followAddress(context, link !== null && method === "openRun" ? parseAddress(link, info) : null);
    } catch (thrown) {
      onStatus(mine === generation ? { kind: "failed", error: toErrorRecord(thrown) } : IDLE);
    }
  };
  return {
    openDemo: () =>
      ask("openDemo", {}, (status) =>
        patch("run", { error: status.kind === "failed" ? status.error : null }),
      ),
    openCheckpoints: (checkpoints, onStatus) => ask("openRun", { checkpoints }, onStatus),
  };
}

/** Takes what an address asks for over what is there, and the run's own defaults where nothing is. */
export function followAddress({ get, patch }: Context, asked: AddressRequest | null): void {
  const { run, subject, matrix, view } = get();
  if (run.info === null) return;
  const parents = asked?.parents ?? subject.parents ?? run.info.defaultPair;
  patch("subject", {
    task: asked?.task ?? subject.task ?? run.info.defaultTask,
    metric: asked === null ? subject.metric : asked.metric,
    parents,
    limit: asked === null ? subject.limit : asked.limit,
    settings: settingsFor({ ...subject.settings, ...asked?.settings }, parents.length),
  });
  if (matrix.checkpoints.length === 0) {
    const checkpoints = run.info.checkpoints.slice(-MATRIX_CHECKPOINTS).map(({ name }) => name);
    patch("matrix", { checkpoints });
  }
  if (asked !== null && asked.notices.length > 0)
    patch("view", { notices: [...view.notices, ...asked.notices] });
}

/** Whether these are the shipped checkpoints, which have shipped results. */
export function isDemo({ checkpoints }: RunInfo): boolean {
  return checkpoints.every(({ name }) => name.startsWith("demo:"));
}

/** Names a run by what is in it. */
function keyOf({ checkpoints }: RunInfo): string {
  return checkpoints.map(({ name }) => name).join(" ");
}

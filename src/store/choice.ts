/**
 * The way of checkpoints into the page: picked, looked into before anything large moves, fetched where they are not
 * here, opened as the run that is explored. Picking others ends what was under way for the old ones.
 */
import { HUB_PREFIX, hubName, parseHubName, stepOfName } from "../domain/hubName.ts";
import type { Context } from "./context.ts";
import type { AppState, ChoiceState } from "./state.ts";
import { NO_CHOICE } from "./state.ts";
import { IDLE, isBusy, type Status } from "./status.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the choice. */
export type ChoiceActions = {
  /** Picks a checkpoint, or lets it go. */
  readonly toggleCheckpoint: (name: string) => void;
  /** Picks these revisions of a repository and no others of it. */
  readonly pickRevisions: (repository: string, revisions: readonly string[]) => void;
  /** Adds checkpoints; looks into them at once where that makes two. */
  readonly addCheckpoints: (names: readonly string[]) => void;
  /** Picks what a link asks for and looks into it. */
  readonly followLink: (names: readonly string[], query: string) => void;
  /** Looks into what is picked: headers, listings and a few sampled ranges. */
  readonly inspectChoice: () => Promise<void>;
  readonly cancelInspection: () => void;
  /** Back to the lists. */
  readonly chooseAgain: () => void;
  /** Brings here what is missing, going on where an earlier attempt stopped, then opens the run. */
  readonly explore: () => Promise<void>;
  readonly cancelFetch: () => void;
  readonly showOpener: (open: boolean) => void;
};

/** Bytes that must still come over the network before the choice can be explored. */
export function bytesToFetch({ inspection, fetched, arrived }: ChoiceState): number {
  if (inspection === null || arrived) return 0;
  if (fetched !== null) return fetched.total - fetched.done;
  return inspection.checkpoints.reduce((sum, checkpoint) => sum + checkpoint.bytesToFetch, 0);
}

/** Whether the choice may be explored: two or more that fit one another and this machine. */
export function canExplore({ inspection }: ChoiceState): boolean {
  return inspection !== null && inspection.conflict === null && inspection.memory.mode !== "none";
}

/** The choice's actions over a context; `open` shows checkpoints as the run. */
export function createChoiceActions(
  context: Context,
  open: (checkpoints: readonly string[], onStatus: (status: Status) => void) => Promise<void>,
): ChoiceActions {
  let running: Running | null = null;
  const patch = (change: Partial<ChoiceState>): void => context.patch("choice", change);
  const names = (): readonly string[] => context.get().choice.checkpoints;

  const choose = (checkpoints: readonly string[], looking = false): void => {
    running?.drop();
    context.patch("choice", { ...NO_CHOICE, checkpoints: oldestFirst([...new Set(checkpoints)]), looking });
  };

  const inspect = async (): Promise<void> => {
    if (names().length < 2) return;
    running?.drop();
    patch({ ...NO_CHOICE, checkpoints: names(), link: context.get().choice.link, looking: true });
    running = startRun(context, {
      method: "inspect",
      request: () => ({ checkpoints: names() }),
      apart: true,
      onStatus: (inspecting) => patch({ inspecting }),
      onResult(inspection) {
        const arrived = inspection.checkpoints.every((checkpoint) => checkpoint.bytesToFetch === 0);
        patch({ inspection, arrived, inspecting: IDLE });
      },
    });
    await running.done;
  };

  /** @returns whether all of it is here now. */
  const fetchMissing = async (): Promise<boolean> => {
    running?.drop();
    // Whatever the answer, the files come: what was not granted may be cleared one day, and is fetched again then.
    void context.effects.askToKeep().catch(() => undefined);
    running = startRun(context, {
      method: "fetchCheckpoints",
      request: () => ({ checkpoints: names() }),
      apart: true,
      onStatus(fetching) {
        const progress = fetching.kind === "working" ? fetching.progress : null;
        patch(progress?.unit === "bytes" ? { fetching, fetched: progress } : { fetching });
      },
      onResult: () => patch({ arrived: true, fetching: IDLE }),
    });
    await running.done;
    return context.get().choice.arrived;
  };

  return {
    toggleCheckpoint: (name) =>
      choose(names().includes(name) ? names().filter((one) => one !== name) : [...names(), name]),
    pickRevisions(repository, revisions) {
      const others = names().filter(
        (name) => !name.startsWith(HUB_PREFIX) || parseHubName(name).repository !== repository,
      );
      choose([...others, ...revisions.map((revision) => hubName({ repository, revision }))]);
    },
    addCheckpoints(added) {
      choose([...names(), ...added]);
      if (names().length >= 2) void inspect();
    },
    followLink(checkpoints, query) {
      choose(checkpoints, true);
      patch({ link: query });
      context.patch("view", { opener: true });
      void inspect();
    },
    inspectChoice: inspect,
    cancelInspection: () => running?.pause(),
    chooseAgain() {
      running?.drop();
      patch({ ...NO_CHOICE, checkpoints: names() });
    },
    async explore() {
      const { choice } = context.get();
      if (!canExplore(choice) || isBusy(choice.fetching) || isBusy(choice.opening)) return;
      if (!choice.arrived) {
        const asked = names();
        // Who closed the panel meanwhile, or picked others, is not taken away from what is on the screen.
        if (!(await fetchMissing()) || !context.get().view.opener || names() !== asked) return;
      }
      await open(names(), (opening) => patch({ opening }));
    },
    cancelFetch: () => running?.pause(),
    showOpener(opener) {
      context.patch("view", { opener });
      if (!opener) patch({ link: null });
    },
  };
}

/** Whether something is under way that the closed panel should tell of. */
export function isGettingIn({ choice }: AppState): boolean {
  return isBusy(choice.fetching) || isBusy(choice.opening);
}

/** By training step where all names tell one, else as they are. */
function oldestFirst(checkpoints: readonly string[]): readonly string[] {
  const steps = new Map(checkpoints.map((name) => [name, stepOfName(name)]));
  if ([...steps.values()].includes(null)) return checkpoints;
  return checkpoints.toSorted((a, b) => (steps.get(a) ?? 0) - (steps.get(b) ?? 0));
}

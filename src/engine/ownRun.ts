/** Checkpoints of a person's own as a run, so that everything made for the shipped one works on them. Pure. */
import { AppError } from "../base/errors.ts";
import type { CheckpointInfo, RunInfo } from "../domain/checkpoint.ts";
import { HUB_PREFIX, parseHubName } from "../domain/hubName.ts";
import type { TaskInfo } from "../domain/task.ts";
import { architectureTitle, parameterCount } from "../model/parameterTable.ts";
import type { OpenedCheckpoint } from "./checkpoints.ts";

/** A task that asks no knowledge of the shipped run's small world suits any model best. */
const UNIVERSAL: TaskInfo["kind"] = "text";

/**
 * @param parents opened together, in the order given; sorted by training step where every one tells its own.
 * @param tasks at least one.
 * @throws AppError `usage` for fewer than two checkpoints.
 */
export function describeOwnRun(parents: readonly OpenedCheckpoint[], tasks: readonly TaskInfo[]): RunInfo {
  const [first] = parents;
  if (first === undefined || parents.length < 2)
    throw new AppError("usage", "A run needs at least two checkpoints.", { advice: "Choose another one." });
  const ordered = parents.every(({ located }) => located.step !== null)
    ? parents.toSorted((a, b) => (a.located.step ?? 0) - (b.located.step ?? 0))
    : parents;
  const checkpoints = ordered.map(
    ({ name, located, bytes }): CheckpointInfo => ({ name, step: located.step, tokens: null, bytes }),
  );
  const [older, newer] = checkpoints.slice(-2).map(({ name }) => name);
  const title = commonTitle(parents);
  const task = tasks.find(({ kind }) => kind === UNIVERSAL) ?? tasks[0];
  return {
    name: title,
    title,
    description: `${architectureTitle(first.config)} checkpoints of your own, ${placeWords(parents)}.`,
    licence: "",
    parameters: parameterCount(first.config),
    checkpoints,
    tasks,
    defaultTask: task?.name ?? "",
    defaultPair: [older ?? first.name, newer ?? first.name],
  };
}

/** The repository that all come from, else how many there are. */
function commonTitle(parents: readonly OpenedCheckpoint[]): string {
  const repositories = new Set(
    parents.map(({ name }) => (name.startsWith(HUB_PREFIX) ? parseHubName(name).repository : null)),
  );
  const [only] = repositories;
  return repositories.size === 1 && only != null ? only : `${parents.length} checkpoints of your own`;
}

function placeWords(parents: readonly OpenedCheckpoint[]): string {
  const places = new Set(parents.map(({ located }) => located.place));
  if (places.size > 1) return "from several places";
  return places.has("hub") ? "from the hub" : "from this machine; nothing was uploaded";
}

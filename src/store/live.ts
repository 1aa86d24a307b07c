/** A merge while it is being evaluated: how its score narrows, and which items it gains and loses. */
import type { Round } from "../domain/study.ts";
import type { TaskRow } from "../domain/task.ts";
import type { EngineEvent } from "../rpc/protocol.ts";
import type { Context } from "./context.ts";
import type { AppState, LiveState } from "./state.ts";
import { currentKey, subjectRequest } from "./subject.ts";

/** Changed items whose rows are read, at most: what a person may scroll through. */
const MAX_ROWS = 200;

/** Rows that are read at once. */
const ROWS_AT_ONCE = 50;

/** What is being evaluated for the present pair; `null` where nothing is. */
export function currentLive(state: AppState): NonNullable<LiveState["now"]> | null {
  const { now } = state.live;
  return now !== null && now.key === currentKey(state, state.subject.parents) ? now : null;
}

/** Takes in the rounds among these events, and reads the rows of the items that changed. */
export function followRounds(context: Context, key: string, events: readonly EngineEvent[]): void {
  const rounds = events.flatMap((event) => (event.kind === "round" ? [event.round] : []));
  if (rounds.length === 0) return;
  const { live } = context.get();
  const now = rounds.reduce((before, round) => afterRound(before, key, round), live.now);
  // Rows of another question are other rows.
  const rows = live.now?.key === key ? live.rows : {};
  context.patch("live", { now, rows });
  void readRows(context, key);
}

/** Forgets what was being evaluated; what was read of it goes too. */
export function endLive(context: Context): void {
  context.patch("live", { now: null, rows: {} });
}

/** A round of other weights begins anew. */
function afterRound(before: LiveState["now"], key: string, round: Round): LiveState["now"] {
  const { weights, score, total, changes } = round;
  const goesOn =
    before !== null &&
    before.key === key &&
    before.score.n < score.n &&
    before.weights.every((weight, i) => weight === weights[i]);
  return {
    key,
    weights,
    score,
    total,
    trail: goesOn ? [...before.trail, score] : [score],
    changes: goesOn ? [...before.changes, ...changes] : changes,
  };
}

/** The rows of changed items that were not read yet, the first ones first. */
async function readRows(context: Context, key: string): Promise<void> {
  const state = context.get();
  const { now, rows } = state.live;
  const subject = subjectRequest(state, state.subject.parents);
  if (now === null || subject === null || currentKey(state, state.subject.parents) !== key) return;
  const wanted = now.changes
    .slice(0, MAX_ROWS)
    .map(({ index }) => index)
    .filter((index) => rows[index] === undefined)
    .slice(0, ROWS_AT_ONCE);
  if (wanted.length === 0) return;
  const { task, split, limit } = subject;
  const job = { signal: new AbortController().signal, emit: () => undefined };
  // An item that cannot be read is shown by its number; the evaluation itself says what went wrong.
  const read = await context.effects.engine
    .call("taskRows", { task, split, limit, rows: wanted }, job)
    .catch((): readonly TaskRow[] => []);
  const after = context.get();
  if (after.live.now?.key !== key) return;
  const added = Object.fromEntries(read.map((row, i) => [wanted[i]!, row]));
  context.patch("live", { rows: { ...after.live.rows, ...added } });
}

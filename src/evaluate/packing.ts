/**
 * Which requests go through the model together. Pure: a plan is data, decided once a task and used for every merge.
 *
 * Requests stand as trees (see requestTree.ts). Sorted by length, these are laid side by side into rows, and rows of
 * like length make a batch within three budgets: token places, scored places × vocabulary (the size of the logits), and
 * pairs of places of a row (the size of the attention's scores, for each head).
 */
import type { PackedBatch } from "../runtime/languageModel.ts";
import { createBatchWriter } from "./batchWriter.ts";
import { type Bundle, loneTrees, type RequestTree, sharedTrees, writeTree } from "./requestTree.ts";

/** The three budgets, and how rows are filled. A row that is over one of them by itself is a batch alone. */
export type PackingSettings = {
  /** Most token places of a batch, padding included. */
  readonly batchTokens: number;
  /** Most logits of a batch: scored places × vocabulary. */
  readonly batchLogits: number;
  /** Most pairs of places of a batch: rows × columns². */
  readonly batchPairs: number;
  /** Most tokens whose keys and values are kept on the device at once. */
  readonly cacheTokens: number;
  readonly vocabularySize: number;
  /** Short trees stand side by side in a row up to so many tokens; a longer tree has a row of its own. */
  readonly rowTokens: number;
  /** The model's positions: no row is longer, so a bundle that would be is cut into several trees. */
  readonly maxColumns: number;
  /** Whether the common beginning of a bundle is computed once. */
  readonly share: boolean;
};

/** One run of the model, whose arrays are made when it is wanted, so that a plan stays small. */
export type PlannedBatch = {
  readonly build: () => BuiltBatch;
};

/** The arrays of one run. */
export type BuiltBatch = {
  readonly batch: PackedBatch;
  /** [N] index of the request each target belongs to, counted through all bundles. */
  readonly owners: Int32Array<ArrayBuffer>;
};

/** Every request exactly once. */
export type PackingPlan = {
  readonly batches: readonly PlannedBatch[];
  readonly requests: number;
  /** Tokens that go through the model, padding not counted. */
  readonly tokens: number;
  /** Places that go through the model, padding counted. */
  readonly places: number;
};

type Row = { readonly trees: RequestTree[]; tokens: number; scored: number };

/**
 * The plan of these bundles under these settings.
 * @param past how many inputs at the start of every request the model has already, in keys and values kept for all.
 */
export function planPacking(bundles: readonly Bundle[], settings: PackingSettings, past = 0): PackingPlan {
  const columns = settings.maxColumns - past;
  const trees = settings.share ? sharedTrees(bundles, columns, past) : loneTrees(bundles, past);
  const rows = fillRows(trees, Math.min(settings.rowTokens, columns));
  const groups = groupRows(rows, settings, past);
  const maxScored = Math.max(1, Math.floor(settings.batchLogits / settings.vocabularySize));
  return summarise(groups, bundles, trees, maxScored);
}

/** The slow plain twin: one request a batch, in order, nothing shared, no padding. */
export function planPlain(bundles: readonly Bundle[]): PackingPlan {
  const trees = loneTrees(bundles, 0);
  const groups = trees.map((tree) => [{ trees: [tree], tokens: tree.tokens, scored: tree.scored }]);
  return summarise(groups, bundles, trees, Number.POSITIVE_INFINITY);
}

function summarise(
  groups: readonly (readonly Row[])[],
  bundles: readonly Bundle[],
  trees: readonly RequestTree[],
  maxScored: number,
): PackingPlan {
  const parts = (group: readonly Row[]) => Math.max(1, Math.ceil(scoredOf(group) / maxScored));
  return {
    batches: groups.flatMap((group) =>
      Array.from({ length: parts(group) }, (_, part) => ({
        build: () => partOf(buildBatch(group), part, maxScored),
      })),
    ),
    requests: bundles.reduce((sum, bundle) => sum + bundle.length, 0),
    tokens: trees.reduce((sum, tree) => sum + tree.tokens, 0),
    places: groups.reduce((sum, group) => sum + parts(group) * group.length * group[0]!.tokens, 0),
  };
}

function scoredOf(group: readonly Row[]): number {
  return group.reduce((sum, { scored }) => sum + scored, 0);
}

/** First fit in order of falling length. */
function fillRows(trees: readonly RequestTree[], rowTokens: number): readonly Row[] {
  const rows: Row[] = [];
  let firstOpen = 0;
  const sorted = [...trees].sort((a, b) => b.tokens - a.tokens);
  const least = sorted.at(-1)?.tokens ?? 0;
  for (const tree of sorted) {
    while (firstOpen < rows.length && rows[firstOpen]!.tokens + least > rowTokens) firstOpen++;
    let row: Row | undefined;
    for (let r = firstOpen; r < rows.length && row === undefined; r++)
      if (rows[r]!.tokens + tree.tokens <= rowTokens) row = rows[r];
    if (row === undefined) {
      row = { trees: [], tokens: 0, scored: 0 };
      rows.push(row);
    }
    row.trees.push(tree);
    row.tokens += tree.tokens;
    row.scored += tree.scored;
  }
  return rows.sort((a, b) => b.tokens - a.tokens);
}

/** Rows of like length together; the first of a group is its longest. */
function groupRows(
  rows: readonly Row[],
  settings: PackingSettings,
  past: number,
): readonly (readonly Row[])[] {
  const groups: Row[][] = [];
  let scored = 0;
  for (const row of rows) {
    const group = groups.at(-1);
    const fits =
      group !== undefined &&
      group[0]!.tokens * (group.length + 1) <= settings.batchTokens &&
      group[0]!.tokens * (group[0]!.tokens + past) * (group.length + 1) <= settings.batchPairs &&
      (scored + row.scored) * settings.vocabularySize <= settings.batchLogits;
    if (fits) group.push(row);
    else groups.push([row]);
    scored = fits ? scored + row.scored : row.scored;
  }
  return groups;
}

/** The arrays of one batch. */
function buildBatch(group: readonly Row[]): BuiltBatch {
  const writer = createBatchWriter(group.length, group[0]!.tokens);
  const owners: number[] = [];
  for (const row of group) {
    for (const tree of row.trees) owners.push(...writeTree(writer, tree));
    writer.endRow();
  }
  return { batch: writer.finish(), owners: Int32Array.from(owners) };
}

/**
 * A row may have more scored places than a batch may have logits (a whole window of running text): it then goes through
 * the model several times, each time scoring other places. Memory is kept at the price of computing the row again.
 */
function partOf(built: BuiltBatch, part: number, maxScored: number): BuiltBatch {
  const { batch, owners } = built;
  const places = batch.scoredPlaces.length;
  if (places <= maxScored) return built;
  const start = part * maxScored;
  const end = Math.min(start + maxScored, places); // exclusive
  const kept = [...batch.targetPlaces.keys()].filter((n) => {
    const place = batch.targetPlaces[n]!;
    return place >= start && place < end;
  });
  return {
    batch: {
      ...batch,
      scoredPlaces: batch.scoredPlaces.slice(start, end),
      targetPlaces: Int32Array.from(kept, (n) => batch.targetPlaces[n]! - start),
      targetTokens: Int32Array.from(kept, (n) => batch.targetTokens[n]!),
    },
    owners: Int32Array.from(kept, (n) => owners[n]!),
  };
}

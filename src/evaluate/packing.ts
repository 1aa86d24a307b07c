/**
 * Which requests go through the model together. Pure: a plan is data, decided once a task and used for every merge.
 *
 * Requests of one item form a *bundle*. Where it is shared, the longest common beginning of their inputs stands once
 * as a segment of its own and the rest of each request is a child segment that attends to it, so a row is a tree:
 *
 *   bundle  a b c │ d e          row     a b c │ d e │ f          segment  0 0 0 │ 1 1 │ 2
 *           a b c │ f            place   0 1 2   3 4   3          parent   0 0 0 │ 0 0 │ 0
 *
 * Trees are sorted by length, laid side by side into rows, and rows of like length make a batch within two budgets:
 * token places, and scored places × vocabulary (the size of the logits).
 */
import type { PackedBatch } from "../runtime/languageModel.ts";
import { type BatchWriter, createBatchWriter } from "./batchWriter.ts";
import type { ScoreRequest } from "./requests.ts";

/** Requests of one item, which may share a beginning. */
export type Bundle = readonly ScoreRequest[];

/** The two budgets, and how rows are filled. A row longer than `batchTokens` is a batch alone. */
export type PackingSettings = {
  /** Most token places of a batch, padding included. */
  readonly batchTokens: number;
  /** Most logits of a batch: scored places × vocabulary. */
  readonly batchLogits: number;
  readonly vocabularySize: number;
  /** Short trees stand side by side in a row up to so many tokens; a longer tree has a row of its own. */
  readonly rowTokens: number;
  /** The model's positions: no row is longer, so a bundle that would be is cut into several trees. */
  readonly maxColumns: number;
  /** Whether the common beginning of a bundle is computed once. */
  readonly share: boolean;
};

/** One run of the model. */
export type PlannedBatch = {
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

/** A bundle, or a lone request, as it will stand in a row. */
type Tree = {
  readonly requests: readonly ScoreRequest[];
  /** Index of the first of them, counted through all bundles. */
  readonly firstRequest: number;
  /** Length of the common beginning; 0 for none. */
  readonly shared: number;
  readonly tokens: number;
  readonly scored: number;
};

type Row = { readonly trees: Tree[]; tokens: number; scored: number };

/** The plan of these bundles under these settings. */
export function planPacking(bundles: readonly Bundle[], settings: PackingSettings): PackingPlan {
  const trees = settings.share ? sharedTrees(bundles, settings.maxColumns) : loneTrees(bundles);
  const rows = fillRows(trees, Math.min(settings.rowTokens, settings.maxColumns));
  const groups = groupRows(rows, settings);
  const maxScored = Math.max(1, Math.floor(settings.batchLogits / settings.vocabularySize));
  return summarise(
    groups.flatMap((group) => splitTargets(buildBatch(group), maxScored)),
    bundles,
    trees,
  );
}

/** The slow plain twin: one request a batch, in order, nothing shared, no padding. */
export function planPlain(bundles: readonly Bundle[]): PackingPlan {
  const trees = loneTrees(bundles);
  const groups = trees.map((tree) => [{ trees: [tree], tokens: tree.tokens, scored: tree.scored }]);
  return summarise(groups.map(buildBatch), bundles, trees);
}

function summarise(
  batches: readonly PlannedBatch[],
  bundles: readonly Bundle[],
  trees: readonly Tree[],
): PackingPlan {
  return {
    batches,
    requests: bundles.reduce((sum, bundle) => sum + bundle.length, 0),
    tokens: trees.reduce((sum, tree) => sum + tree.tokens, 0),
    places: batches.reduce((sum, { batch }) => sum + batch.rows * batch.columns, 0),
  };
}

function loneTrees(bundles: readonly Bundle[]): readonly Tree[] {
  const firsts = firstRequests(bundles);
  return bundles.flatMap((bundle, b) =>
    bundle.map((request, i) => ({
      requests: [request],
      firstRequest: firsts[b]! + i,
      shared: 0,
      tokens: request.tokens.length - 1,
      scored: request.tokens.length - request.firstTarget,
    })),
  );
}

function sharedTrees(bundles: readonly Bundle[], maxColumns: number): readonly Tree[] {
  const firsts = firstRequests(bundles);
  return bundles.flatMap((bundle, b) => {
    let firstRequest = firsts[b]!;
    return splitBundle(bundle, maxColumns).map((requests) => {
      const tree = sharedTree(requests, firstRequest);
      firstRequest += requests.length;
      return tree;
    });
  });
}

/** Neighbouring requests that fit into one row together; one that does not fit at all stands alone. */
function splitBundle(bundle: Bundle, maxColumns: number): readonly Bundle[] {
  const shared = commonBeginning(bundle);
  const parts: ScoreRequest[][] = [];
  let length = 0;
  for (const request of bundle) {
    const own = request.tokens.length - 1 - shared;
    const part = parts.at(-1);
    const fits = part !== undefined && length + own <= maxColumns;
    if (fits) part.push(request);
    else parts.push([request]);
    length = fits ? length + own : shared + own;
  }
  return parts;
}

function sharedTree(requests: Bundle, firstRequest: number): Tree {
  const shared = requests.length > 1 ? commonBeginning(requests) : 0;
  const own = requests.reduce((sum, { tokens }) => sum + tokens.length - 1 - shared, 0);
  const places = requests.map(({ tokens, firstTarget }) => tokens.length - Math.max(firstTarget, shared + 1));
  const firstScored = requests.reduce((least, request) => Math.min(least, request.firstTarget - 1), shared);
  const scored = places.reduce((sum, count) => sum + Math.max(0, count), shared - firstScored);
  return { requests, firstRequest, shared, tokens: shared + own, scored };
}

function firstRequests(bundles: readonly Bundle[]): readonly number[] {
  let next = 0;
  return bundles.map((bundle) => {
    const first = next;
    next += bundle.length;
    return first;
  });
}

/** How many inputs all requests begin with alike; a request's last token is no input. */
function commonBeginning(requests: readonly ScoreRequest[]): number {
  const [first, ...others] = requests.map((request) => request.tokens);
  let length = first!.length - 1;
  for (const other of others) {
    length = Math.min(length, other.length - 1);
    for (let i = 0; i < length; i++) if (first![i] !== other[i]) length = i;
  }
  return length;
}

/** First fit in order of falling length. */
function fillRows(trees: readonly Tree[], rowTokens: number): readonly Row[] {
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
function groupRows(rows: readonly Row[], settings: PackingSettings): readonly (readonly Row[])[] {
  const groups: Row[][] = [];
  let scored = 0;
  for (const row of rows) {
    const group = groups.at(-1);
    const fits =
      group !== undefined &&
      group[0]!.tokens * (group.length + 1) <= settings.batchTokens &&
      (scored + row.scored) * settings.vocabularySize <= settings.batchLogits;
    if (fits) group.push(row);
    else groups.push([row]);
    scored = fits ? scored + row.scored : row.scored;
  }
  return groups;
}

/** The arrays of one batch. */
function buildBatch(group: readonly Row[]): PlannedBatch {
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
function splitTargets(planned: PlannedBatch, maxScored: number): readonly PlannedBatch[] {
  const { batch, owners } = planned;
  const places = batch.scoredPlaces.length;
  if (places <= maxScored) return [planned];
  const parts: PlannedBatch[] = [];
  for (let start = 0; start < places; start += maxScored) {
    const end = Math.min(start + maxScored, places); // exclusive
    const kept = [...batch.targetPlaces.keys()].filter((n) => {
      const place = batch.targetPlaces[n]!;
      return place >= start && place < end;
    });
    parts.push({
      batch: {
        ...batch,
        scoredPlaces: batch.scoredPlaces.slice(start, end),
        targetPlaces: Int32Array.from(kept, (n) => batch.targetPlaces[n]! - start),
        targetTokens: Int32Array.from(kept, (n) => batch.targetTokens[n]!),
      },
      owners: Int32Array.from(kept, (n) => owners[n]!),
    });
  }
  return parts;
}

/** @returns the owner of each target asked for, in order. */
function writeTree(writer: BatchWriter, tree: Tree): readonly number[] {
  const { requests, shared } = tree;
  const owners: number[] = [];
  const trunk = shared > 0 ? writer.segment(requests[0]!.tokens, 0, shared, null) : null;
  for (const [i, { tokens, firstTarget }] of requests.entries()) {
    const own = writer.segment(tokens, shared, tokens.length - 1, trunk?.label ?? null);
    for (let input = firstTarget - 1; input < tokens.length - 1; input++) {
      const place = trunk !== null && input < shared ? trunk.place + input : own.place + input - shared;
      writer.target(place, tokens[input + 1]!);
      owners.push(tree.firstRequest + i);
    }
  }
  return owners;
}

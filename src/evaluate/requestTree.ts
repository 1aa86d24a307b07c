/**
 * The requests of one item as they stand in a row. Pure.
 *
 * Requests of one item form a *bundle*. Where it is shared, the longest common beginning of their inputs stands once
 * as a segment of its own and the rest of each request is a child segment that attends to it, so a row is a tree:
 *
 *   bundle  a b c │ d e          row     a b c │ d e │ f          segment  0 0 0 │ 1 1 │ 2
 *           a b c │ f            place   0 1 2   3 4   3          parent   0 0 0 │ 0 0 │ 0
 *
 * Where many items begin alike (worked examples), the model has that *beginning* already: a row then holds only what
 * comes after it, at places that count from its length.
 */
import type { BatchWriter } from "./batchWriter.ts";
import type { ScoreRequest } from "./requests.ts";

/** Requests of one item, which may share a beginning. */
export type Bundle = readonly ScoreRequest[];

/** A bundle, or a lone request, as it will stand in a row. */
export type RequestTree = {
  readonly requests: readonly ScoreRequest[];
  /** Index of the first of them, counted through all bundles. */
  readonly firstRequest: number;
  /** Inputs that the model has already, at the start of each request. */
  readonly past: number;
  /** Length of the common beginning, the past included; equal to it where nothing else is shared. */
  readonly shared: number;
  readonly tokens: number;
  readonly scored: number;
};

/** Every request by itself. */
export function loneTrees(bundles: readonly Bundle[], past: number): readonly RequestTree[] {
  const firsts = firstRequests(bundles);
  return bundles.flatMap((bundle, b) => bundle.map((request, i) => loneTree(request, firsts[b]! + i, past)));
}

/** The common beginning of each bundle once, in trees of at most `maxColumns` tokens where that is possible. */
export function sharedTrees(
  bundles: readonly Bundle[],
  maxColumns: number,
  past: number,
): readonly RequestTree[] {
  const firsts = firstRequests(bundles);
  return bundles.flatMap((bundle, b) => {
    let firstRequest = firsts[b]!;
    return splitBundle(bundle, maxColumns, past).map((requests) => {
      const tree = sharedTree(requests, firstRequest, past);
      firstRequest += requests.length;
      return tree;
    });
  });
}

/** Neighbouring requests that fit into one row together; one that does not fit at all stands alone. */
function splitBundle(bundle: Bundle, maxColumns: number, past: number): readonly Bundle[] {
  const shared = commonBeginning(bundle);
  const parts: ScoreRequest[][] = [];
  let length = 0;
  for (const request of bundle) {
    const own = request.tokens.length - 1 - shared;
    const part = parts.at(-1);
    const fits = part !== undefined && length + own <= maxColumns;
    if (fits) part.push(request);
    else parts.push([request]);
    length = fits ? length + own : shared - past + own;
  }
  return parts;
}

function loneTree(request: ScoreRequest, firstRequest: number, past: number): RequestTree {
  const { tokens, firstTarget } = request;
  return {
    requests: [request],
    firstRequest,
    past,
    shared: past,
    tokens: tokens.length - 1 - past,
    scored: tokens.length - firstTarget,
  };
}

function sharedTree(requests: Bundle, firstRequest: number, past: number): RequestTree {
  if (requests.length === 1) return loneTree(requests[0]!, firstRequest, past);
  const shared = commonBeginning(requests);
  const own = requests.reduce((sum, { tokens }) => sum + tokens.length - 1 - shared, 0);
  const places = requests.map(({ tokens, firstTarget }) => tokens.length - Math.max(firstTarget, shared + 1));
  const firstScored = requests.reduce((least, request) => Math.min(least, request.firstTarget - 1), shared);
  const scored = places.reduce((sum, count) => sum + Math.max(0, count), shared - firstScored);
  return { requests, firstRequest, past, shared, tokens: shared - past + own, scored };
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
export function commonBeginning(requests: readonly ScoreRequest[]): number {
  const [first, ...others] = requests.map((request) => request.tokens);
  let length = first!.length - 1;
  for (const other of others) {
    length = Math.min(length, other.length - 1);
    for (let i = 0; i < length; i++) if (first![i] !== other[i]) length = i;
  }
  return length;
}

/** Writes the tree and asks for its targets. @returns the owner of each target, in order. */
export function writeTree(writer: BatchWriter, tree: RequestTree): readonly number[] {
  const { requests, past, shared } = tree;
  const owners: number[] = [];
  const trunk = shared > past ? writer.segment(requests[0]!.tokens, past, shared, null) : null;
  for (const [i, { tokens, firstTarget }] of requests.entries()) {
    const own = writer.segment(tokens, shared, tokens.length - 1, trunk?.label ?? null);
    for (let input = firstTarget - 1; input < tokens.length - 1; input++) {
      const inTrunk = trunk !== null && input < shared;
      const place = inTrunk ? trunk.place + input - past : own.place + input - shared;
      writer.target(place, tokens[input + 1]!);
      owners.push(tree.firstRequest + i);
    }
  }
  return owners;
}

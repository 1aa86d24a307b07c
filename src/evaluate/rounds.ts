/**
 * The order in which items are evaluated: shuffled once and for all, and cut into rounds that about double what is
 * known, so that a score exists early and every look at it counts. Pure.
 */
import { createRng } from "../numerics/rng.ts";

/** Items of the first round, at least: a standard error of fewer says little. */
const LEAST_ITEMS = 32;
/** Shares of all items that are known after each round. */
const SHARES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1] as const;

/**
 * Rows of each round.
 * @param leastItems a round has no fewer, but for the last: what fills a batch of the model.
 */
export function planRounds(rows: number, seed: number, leastItems: number): readonly (readonly number[])[] {
  const order = shuffle(rows, seed);
  const least = Math.max(LEAST_ITEMS, leastItems);
  const rounds: (readonly number[])[] = [];
  let start = 0;
  for (const share of SHARES) {
    const end = share === 1 ? rows : Math.ceil(share * rows); // exclusive
    // What would be left over for the next round must be a round too.
    if (end - start < least && share !== 1) continue;
    if (end > start) rounds.push(order.slice(start, end));
    start = end;
  }
  return rounds;
}

function shuffle(count: number, seed: number): readonly number[] {
  const rng = createRng(seed, "item order");
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

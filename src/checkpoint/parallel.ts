/** Reading several things at once, but never many. Runs everywhere. */
import pLimit from "p-limit";

/** Enough to hide a network's round trips, few enough for any server. */
const CONCURRENT_READS = 8;

/** Results in the order of the items. After a failure nothing new is begun. @throws what the first failure threw. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  each: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const limit = pLimit(CONCURRENT_READS);
  try {
    return await Promise.all(items.map((item) => limit(each, item)));
  } finally {
    limit.clearQueue();
  }
}

/** Reading that hides behind the work on what was read before. Runs everywhere; knows no file. */

/**
 * Each item with what was read for it, in order; while one is worked on, the reads of the `ahead` next are under way. A
 * failure is met when its item's turn comes. Whoever stops early leaves the reads under way to end unheard.
 */
export async function* readAhead<T, R>(
  items: readonly T[],
  ahead: number,
  read: (item: T) => Promise<R>,
): AsyncGenerator<readonly [T, R], void, undefined> {
  const begun: Promise<R>[] = [];
  for (const [i, item] of items.entries()) {
    for (const next of items.slice(begun.length + i, i + 1 + ahead)) {
      const reading = read(next);
      reading.catch(() => undefined);
      begun.push(reading);
    }
    yield [item, await begun.shift()!];
  }
}

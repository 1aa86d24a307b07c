/** Turn-taking: pieces of work that must not overlap run one after the other, in the order they asked. Pure. */

/** Runs `work` when all work asked for before has ended, well or badly. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** A queue of its own. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}

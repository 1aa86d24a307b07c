/**
 * One piece of engine work at a time, in the order asked. The engine has one device and one set of resident weights,
 * so that two studies at once would only slow each other. A piece that can be resumed may say how it gives way.
 */

/** Runs work one after another. */
export type JobQueue = {
  /**
   * Resolves when the work is over; the work must not throw. `giveWay` is called, once, as soon as other work waits
   * behind this one; it should end the work early.
   */
  submit(work: () => Promise<void>, giveWay?: () => void): Promise<void>;
};

/** An empty queue. */
export function createQueue(): JobQueue {
  let tail: Promise<void> = Promise.resolve();
  let waiting = 0;
  let giveWayNow: (() => void) | null = null;

  function askToGiveWay(): void {
    const ask = giveWayNow;
    giveWayNow = null;
    ask?.();
  }

  return {
    submit(work, giveWay) {
      waiting += 1;
      askToGiveWay();
      const done = tail.then(async () => {
        waiting -= 1;
        giveWayNow = giveWay ?? null;
        if (waiting > 0) askToGiveWay();
        await work();
        giveWayNow = null;
      });
      tail = done.catch(() => {
        giveWayNow = null;
      });
      return done;
    },
  };
}
